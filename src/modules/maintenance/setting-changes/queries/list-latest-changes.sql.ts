import { sql } from '../../../../kernel/database/sql.js';

export interface SettingChangeRow {
  id: string;
  /** `schema.table` as PostgreSQL writes it, or SERVER. */
  target: string;
  setting: string;
  /** null: it was not set. */
  before: string | null;
  after: string;
  changedAt: string;
  /** Of a server setting, which cannot be recorded in one transaction with its change. */
  isVerified: boolean;
  isReverted: boolean;
}

/** The newest change of each setting that was ever changed, of one target or of all. */
export const listLatestChanges = (p: { target: string | null }) =>
  sql<SettingChangeRow>('maintenance.list-latest-changes')`
  SELECT DISTINCT ON (c.target, c.setting) c.id, c.target, c.setting, c.value_before AS "before", c.value_after AS "after",
         c.changed_at AS "changedAt", c.verified_at IS NOT NULL AS "isVerified", c.reverted_at IS NOT NULL AS "isReverted"
    FROM public.ethhook_admin_setting_changes c
   WHERE ${p.target}::text IS NULL OR c.target = ${p.target}
   ORDER BY c.target, c.setting, c.id DESC`;
