import { sql } from '../../../../kernel/database/sql.js';

export interface CoverageRow {
  asOf: string;
  from: string;
  until: string;
  /** Seconds of the range. */
  seconds: number;
  /** null: nothing has been collected yet. */
  firstTurnAt: string | null;
  lastTurnAt: string | null;
  beginsBefore: boolean;
  /** Times in the range that pg_stat_statements threw entries out to make room. */
  evictions: number;
  entries: number | null;
  maxEntries: number | null;
  deadlocks: number;
  byHour: boolean;
}

/** What is known of a range; without its ends it is the last hour, or the hour before `until`. */
export const readCoverage = (p: { from: string | null; until: string | null; hours: number }) =>
  sql<CoverageRow>('monitoring.read-statement-coverage')`
  WITH asked AS (
    SELECT coalesce(${p.from}::timestamptz, coalesce(${p.until}::timestamptz, now()) - make_interval(hours => ${p.hours}::int))
             AS start, coalesce(${p.until}::timestamptz, now()) AS stop
  ), known AS (
    SELECT min(t.at) AS first_at, max(t.at) AS last_at,
           (SELECT l.entries FROM ethhook_admin_statement_turns l ORDER BY l.at DESC LIMIT 1) AS entries
      FROM ethhook_admin_statement_turns t
  ), found AS (
    SELECT coalesce(sum(t.evictions), 0)::float8 AS evictions, coalesce(sum(t.new_deadlocks), 0)::float8 AS deadlocks
      FROM ethhook_admin_statement_turns t, asked a WHERE t.at >= a.start AND t.at < a.stop
  )
  SELECT now() AS "asOf", a.start AS "from", a.stop AS "until", extract(epoch FROM a.stop - a.start)::float8 AS "seconds",
         k.first_at AS "firstTurnAt", k.last_at AS "lastTurnAt", coalesce(a.start < k.first_at, false) AS "beginsBefore",
         f.evictions AS "evictions", k.entries AS "entries",
         current_setting('pg_stat_statements.max', true)::int AS "maxEntries", f.deadlocks AS "deadlocks",
         a.start < now() - interval '3 days' AS "byHour"
    FROM asked a, known k, found f`;
