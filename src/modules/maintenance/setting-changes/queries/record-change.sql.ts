import { sql } from '../../../../kernel/database/sql.js';

export interface NewSettingChange {
  target: string;
  setting: string;
  before: string | null;
  after: string;
  reason: string;
}

export const recordChange = (p: NewSettingChange & { isVerified: boolean }) =>
  sql<{ id: string }>('maintenance.record-setting-change')`
  INSERT INTO public.ethhook_admin_setting_changes (target, setting, value_before, value_after, reason, verified_at)
  VALUES (${p.target}, ${p.setting}, ${p.before}, ${p.after}, ${p.reason}, CASE WHEN ${p.isVerified} THEN now() END)
  RETURNING id`;
