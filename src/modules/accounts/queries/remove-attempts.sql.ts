import { constant, fragment, nothing, sql } from '../../../kernel/database/sql.js';

export interface RemovedAttemptsRow {
  removed: string;
  /** The latest attempted_at among them; null where none has one. */
  lastAt: string | null;
}

/**
 * Up to `limit` attempts of the endpoint, oldest first. The order is that of one index: without a sort, that is the plan. `from`
 * leaves out the index entries of those that are gone: they stay for as long as some snapshot sees them. `locked` are
 * waited for or left.
 */
export const removeAttempts = (p: {
  userId: string;
  endpointId: string;
  from: string | null;
  limit: number;
  locked: 'wait' | 'skip';
}) => sql<RemovedAttemptsRow>('accounts.remove-attempts')`
  WITH gone AS (
    DELETE FROM delivery_attempts a
     WHERE a.ctid = ANY (ARRAY(
             SELECT x.ctid
               FROM delivery_attempts x
              WHERE x.endpoint_id = ${p.endpointId} AND x.user_id = ${p.userId}
                ${p.from === null ? nothing : fragment`AND x.attempted_at >= ${p.from}::timestamptz`}
              ORDER BY x.attempted_at NULLS FIRST, x.id
              LIMIT ${p.limit}
                FOR UPDATE ${constant(p.locked === 'skip' ? 'SKIP LOCKED' : '')}))
    RETURNING a.attempted_at
  )
  SELECT count(*) AS "removed", max(g.attempted_at) AS "lastAt" FROM gone g`;

/**
 * Of this transaction. With statistics that are missing or old, the planner takes all attempts of an endpoint to be a few,
 * and would sort them for each batch.
 */
export const planWithoutSorts = () => sql<object>('accounts.plan-without-sorts')`
  SELECT set_config('enable_sort', 'off', true)`;
