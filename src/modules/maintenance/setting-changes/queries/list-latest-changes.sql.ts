import { sql } from '../../../../kernel/database/sql.js';

export interface SettingChangeRow {
  id: string;
  /** `schema.table`, or SERVER. */
  target: string;
  setting: string;
  /** null: it was not set. */
  before: string | null;
  after: string;
  changedAt: string;
  isReverted: boolean;
  isVerified: boolean;
}

/** The newest change of each setting that was ever changed, of one target or of all. */
export const listLatestChanges = (p: { target: string | null }) =>
  sql<SettingChangeRow>('maintenance.list-latest-changes')`
  SELECT DISTINCT ON (c.target, c.setting) c.id, c.target, c.setting, c.value_before AS "before", c.value_after AS "after",
         c.changed_at AS "changedAt", c.reverted_at IS NOT NULL AS "isReverted", c.verified_at IS NOT NULL AS "isVerified"
    FROM public.ethhook_admin_setting_changes c
   WHERE ${p.target}::text IS NULL OR c.target = ${p.target}
   ORDER BY c.target, c.setting, c.id DESC`;

/** Those of one setting that are still to be reverted, the newest first. */
export const listOpenChanges = (p: { target: string; setting: string }) =>
  sql<SettingChangeRow>('maintenance.list-open-changes')`
  SELECT c.id, c.target, c.setting, c.value_before AS "before", c.value_after AS "after", c.changed_at AS "changedAt",
         false AS "isReverted", c.verified_at IS NOT NULL AS "isVerified"
    FROM public.ethhook_admin_setting_changes c
   WHERE c.target = ${p.target} AND c.setting = ${p.setting} AND c.reverted_at IS NULL
   ORDER BY c.id DESC`;
