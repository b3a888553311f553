import { sql } from '../../../../kernel/database/sql.js';
import type { SettingChangeRow } from './list-latest-changes.sql.js';

/** The newest change that is not reverted. */
export const findOpenChange = (p: { target: string; setting: string }) =>
  sql<SettingChangeRow>('maintenance.find-open-change')`
  SELECT c.id, c.target, c.setting, c.value_before AS "before", c.value_after AS "after", c.changed_at AS "changedAt",
         c.verified_at IS NOT NULL AS "isVerified", false AS "isReverted"
    FROM public.ethhook_admin_setting_changes c
   WHERE c.target = ${p.target} AND c.setting = ${p.setting} AND c.reverted_at IS NULL
   ORDER BY c.id DESC LIMIT 1`;
