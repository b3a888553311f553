import { fragment } from '../../kernel/database/sql.js';

/** Full days (UTC) that growth is told of. */
export const GROWTH_DAYS = 7;

const USER_KIND = 0;
const ENDPOINT_KIND = 2;

const stored = (kind: number, userId: string | null) => fragment`
  stored AS MATERIALIZED (
    SELECT t.user_id, t.scope_id, t.attempts, t.events, d.attempts / ${GROWTH_DAYS}::float8 AS attempts_per_day,
           d.events / ${GROWTH_DAYS}::float8 AS events_per_day
      FROM statistics_totals t
     CROSS JOIN LATERAL (
       SELECT coalesce(sum(d.attempts), 0) AS attempts, coalesce(sum(d.events), 0) AS events
         FROM statistics_days d
        WHERE d.user_id = t.user_id AND d.scope_id = t.scope_id
          AND d.bucket >= date_trunc('day', now(), 'UTC') - make_interval(days => ${GROWTH_DAYS}::int)
          AND d.bucket < date_trunc('day', now(), 'UTC')) d
     WHERE t.kind = ${kind}::int AND (${userId}::uuid IS NULL OR t.user_id = ${userId}::uuid))`;

/**
 * `stored` (user_id, scope_id, attempts, events, attempts_per_day, events_per_day): what is in the tables, as of the last fold, of
 * each user, and what came of it in each of the last days by the events' ingestion. An event is counted for each user that it
 * was tried for; what retention has removed is not there.
 */
export const storedOfUsersCte = stored(USER_KIND, null);

/** The same of each endpoint of a user: `scope_id`. */
export const storedOfEndpointsCte = (userId: string) => stored(ENDPOINT_KIND, userId);
