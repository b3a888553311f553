import { fragment, type SqlFragment } from '../../src/kernel/database/sql.js';

/** The attempts of an event `t`, as the reading snapshot sees them. */
export const presentAttempts = fragment`
       SELECT a.success FROM delivery_attempts a
        WHERE a.user_id = t.user_id AND a.event_ingested_at = t.event_ingested_at AND a.event_id = t.event_id OFFSET 0`;

/**
 * From `changed` (s = 1 came, -1 went) to `delta`, what a user's counters change by. What an event was before follows
 * from what it is and what changed.
 */
export const deltaCtes = (present: SqlFragment) => fragment`
  touched AS MATERIALIZED (
    SELECT c.user_id, c.event_ingested_at, c.event_id, sum(c.s) AS n,
           coalesce(sum(c.s) FILTER (WHERE c.success), 0) AS ok,
           coalesce(sum(c.s) FILTER (WHERE NOT c.success), 0) AS failed,
           coalesce(sum(c.s::bigint * c.duration_ms), 0) AS ms
      FROM changed c
     GROUP BY 1, 2, 3
  ), delta AS MATERIALIZED (
    SELECT t.user_id, date_trunc('hour', t.event_ingested_at, 'UTC') AS hour,
           (p.n > 0)::int - (p.n - t.n > 0)::int AS events, t.n AS attempts, t.ok, t.failed, t.ms
      FROM touched t
     CROSS JOIN LATERAL (SELECT count(*) AS n FROM (${present}) x) p
  )`;
