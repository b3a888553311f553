import { sql } from '../../../../kernel/database/sql.js';

export const markVerified = (p: { id: string }) => sql<never>('maintenance.mark-setting-change-verified')`
  UPDATE public.ethhook_admin_setting_changes SET verified_at = now() WHERE id = ${p.id}`;
