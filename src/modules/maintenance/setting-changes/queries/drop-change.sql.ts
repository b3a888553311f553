import { sql } from '../../../../kernel/database/sql.js';

/** Of a change that did not take place. */
export const dropChange = (p: { id: string }) => sql<never>('maintenance.drop-setting-change')`
  DELETE FROM public.ethhook_admin_setting_changes WHERE id = ${p.id}`;
