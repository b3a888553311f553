import { withSession } from '../server/session.js';

/** A labelled statement's cost in the server, from pg_stat_statements. */
export interface StatementCost {
  label: string;
  calls: number;
  meanMs: number;
  totalMs: number;
  rows: number;
  walBytes: number;
}

const selectCosts = `
  SELECT label, sum(s.calls)::float8 AS "calls", (sum(s.total_exec_time) / sum(s.calls))::float8 AS "meanMs",
         sum(s.total_exec_time)::float8 AS "totalMs", sum(s.rows)::float8 AS "rows",
         sum(s.wal_bytes)::float8 AS "walBytes"
    FROM pg_stat_statements s CROSS JOIN LATERAL substring(s.query FROM '^\\(*\\w+ /\\* (\\S+) \\*/') AS label
   WHERE label IS NOT NULL AND s.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
   GROUP BY label
   ORDER BY sum(s.total_exec_time) DESC, label`;

/** Of what ran during `work`. */
export async function withStatementCosts<T>(
  databaseUrl: string,
  work: () => Promise<T>,
): Promise<{ result: T; costs: StatementCost[] }> {
  await withSession(databaseUrl, (query) => query('SELECT pg_stat_statements_reset()'));
  const result = await work();
  return { result, costs: await withSession(databaseUrl, (query) => query<StatementCost>(selectCosts)) };
}

/** Nobody reads statistics then: what this module runs is the fold, and the audit of its rollups. */
export const isFold = ({ label }: StatementCost) => label.startsWith('statistics.');
