import type { StatementStatisticsRow } from './queries/find-statement-statistics.sql.js';

/** Where statements can be read from. */
export interface StatementSource {
  readonly schema: string;
  readonly columns: readonly string[];
  readonly seesAll: boolean;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Why there is nothing to read, and what would change it; null: there is. */
function obstacle(found: StatementStatisticsRow): string | null {
  if (found.schema === null)
    return 'pg_stat_statements is not installed in this database, so nothing is known of statements: CREATE EXTENSION pg_stat_statements;';
  if (!found.isLoaded)
    return (
      'pg_stat_statements is not loaded with the server, so nothing is known of statements: add it to ' +
      'shared_preload_libraries, beside what is there, and restart PostgreSQL.'
    );
  if (!found.mayCall)
    return (
      `This role may not call pg_stat_statements, so nothing is known of statements: ` +
      `GRANT USAGE ON SCHEMA ${quoted(found.schema)} TO ${quoted(found.role)}; ` +
      `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${quoted(found.schema)} TO ${quoted(found.role)};`
    );
  if (!found.columns.includes('toplevel'))
    return `pg_stat_statements is of version ${found.version}, which is too old: ALTER EXTENSION pg_stat_statements UPDATE;`;
  return null;
}

/** null: there is nothing to read; `limits` say why, and what else is not seen. */
export function sourceOf(found: StatementStatisticsRow): {
  source: StatementSource | null;
  limits: string[];
} {
  const { schema, columns, seesAll } = found;
  const why = obstacle(found);
  if (why !== null || schema === null) return { source: null, limits: why === null ? [] : [why] };
  const limits: string[] = [];
  if (!seesAll)
    limits.push(
      `Statements of other roles are not seen by ${found.role}: GRANT pg_read_all_stats TO ${quoted(found.role)};`,
    );
  if (found.track === 'none' || !found.computesIds)
    limits.push(
      found.computesIds
        ? "pg_stat_statements.track is none, so no statement is counted: ALTER SYSTEM SET pg_stat_statements.track = 'top';"
        : "compute_query_id is off, so no statement is counted: ALTER SYSTEM SET compute_query_id = 'auto';",
    );
  if (!found.timesIo)
    limits.push(
      'track_io_timing is off, so the time of I/O is not known: ALTER SYSTEM SET track_io_timing = on;',
    );
  return { source: { schema, columns, seesAll }, limits };
}
