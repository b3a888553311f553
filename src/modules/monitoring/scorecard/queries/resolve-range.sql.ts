import { sql } from '../../../../kernel/database/sql.js';

export interface RangeRow {
  /** RFC 3339, UTC, microseconds, as all of these. */
  asOf: string;
  from: string;
  until: string;
  /** Negative where `from` is after `until`. */
  seconds: number;
}

/** By the server's clock: `until` null is now, `from` null a day before that. */
export const resolveRange = (p: { from: string | null; until: string | null }) => sql<RangeRow>(
  'monitoring.resolve-range',
)`
  SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "asOf",
         to_char(r.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "from",
         to_char(r.until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "until",
         extract(epoch FROM r.until - r.since)::float8 AS "seconds"
    FROM (SELECT u.until, coalesce(${p.from}::timestamptz, u.until - INTERVAL '24 hours') AS since
            FROM (SELECT coalesce(${p.until}::timestamptz, now()) AS until) u) r`;
