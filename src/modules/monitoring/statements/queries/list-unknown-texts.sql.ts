import { sql } from '../../../../kernel/database/sql.js';
import { inSchema } from './figures.js';

export interface UnknownTextRow {
  queryid: string;
  /** null: pg_stat_statements has lost it. */
  text: string | null;
}

/** Texts that we do not have. Reads the file of all texts, however few they are. */
export const listUnknownTexts = (p: { schema: string; maxLength: number }) =>
  sql<UnknownTextRow>('monitoring.list-unknown-texts')`
  SELECT DISTINCT ON (s.queryid) s.queryid::text AS "queryid", left(s.query, ${p.maxLength}::int) AS "text"
    FROM ${inSchema(p.schema, 'pg_stat_statements')}(true) s
   WHERE s.queryid IS NOT NULL AND s.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
     AND NOT EXISTS (SELECT FROM ethhook_admin_statement_texts x WHERE x.queryid = s.queryid)
   ORDER BY s.queryid, s.query`;
