import { constant, sql } from '../../../../../kernel/database/sql.js';

export interface Delivery {
  id: string;
  /** Null: no answer came. */
  status: number | null;
  /** Null: it was delivered. */
  error: string | null;
  /** Before the second try; twice as long before each further one. */
  retryMs: number;
}

const GIVE_UP_AFTER = constant(`INTERVAL '1 day'`);
const LONGEST_PAUSE = constant(`INTERVAL '1 hour'`);
/** Above, the pause is longer than the longest by far. */
const MAX_DOUBLINGS = constant('20');

/** What came of a try: delivered, given up, or to be tried again. */
export const recordDelivery = (p: Delivery) => sql<never>('monitoring.record-delivery')`
  UPDATE ethhook_admin_alerts a
     SET attempts = a.attempts + 1, last_status = ${p.status}::int, last_error = ${p.error}::text,
         ended_at = CASE WHEN n.outcome IS NOT NULL THEN clock_timestamp() END, outcome = n.outcome,
         due_at = clock_timestamp() + least(${LONGEST_PAUSE},
           make_interval(secs => ${p.retryMs}::float8 / 1000) * power(2, least(a.attempts, ${MAX_DOUBLINGS})))
    FROM (SELECT o.id, CASE WHEN ${p.error}::text IS NULL THEN 'delivered'
                            WHEN o.created_at < clock_timestamp() - ${GIVE_UP_AFTER} THEN 'given_up' END AS outcome
            FROM ethhook_admin_alerts o WHERE o.id = ${p.id}::uuid) n
   WHERE a.id = n.id AND a.ended_at IS NULL`;
