import { sql } from '../../../../kernel/database/sql.js';

export interface IndexChange {
  schema: string;
  index: string;
  action: 'dropped' | 'repaired';
  reason: string;
  evidence: object;
  /** Makes it anew. */
  definition: string | null;
}

/** In the journal of the migrations, whose drops are restored likewise. */
export const recordIndexChange = (p: IndexChange) => sql<object>('maintenance.record-index-change')`
  INSERT INTO ethhook_admin_schema_changes (migration, object, action, reason, evidence, restore_sql)
  VALUES ('maintenance', ${`${p.schema}.${p.index}`}, ${p.action}, ${p.reason},
          ${JSON.stringify({ ...p.evidence, schema: p.schema, index: p.index })}, ${p.definition})
  ON CONFLICT (migration, object) DO UPDATE
     SET action = excluded.action, reason = excluded.reason, evidence = excluded.evidence,
         restore_sql = excluded.restore_sql, recorded_at = now()`;
