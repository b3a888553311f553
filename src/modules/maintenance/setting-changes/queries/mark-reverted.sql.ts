import { sql } from '../../../../kernel/database/sql.js';

/** This change, and those of the same setting before it that are not reverted yet when `andEarlier`. */
export const markReverted = (p: { id: string; andEarlier: boolean }) =>
  sql<never>('maintenance.mark-setting-change-reverted')`
  UPDATE public.ethhook_admin_setting_changes c SET reverted_at = now()
    FROM public.ethhook_admin_setting_changes newest
   WHERE newest.id = ${p.id} AND c.target = newest.target AND c.setting = newest.setting AND c.reverted_at IS NULL
     AND (c.id = newest.id OR ${p.andEarlier} AND c.id < newest.id)`;
