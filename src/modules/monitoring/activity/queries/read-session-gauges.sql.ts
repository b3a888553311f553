import { sql } from '../../../../kernel/database/sql.js';
import { isClient } from './session-facts.js';

export interface SessionGaugesRow {
  /** Clients' connections by state; `unknown`: not ours to see. */
  connections: Record<string, number>;
  /** Active without a wait event, parallel workers too. */
  onCpu: number;
  waiting: number;
  /** Of clients, this session left out. */
  longestTransactionSeconds: number;
}

export const readSessionGauges = () => sql<SessionGaugesRow>('monitoring.read-session-gauges')`
  WITH sessions AS MATERIALIZED (
    SELECT a.state, a.wait_event, a.xact_start, ${isClient} AS is_client,
           coalesce(a.backend_type IN ('client backend', 'parallel worker'), true) AS works
      FROM pg_stat_activity a WHERE a.pid <> pg_backend_pid()
  )
  SELECT (SELECT coalesce(jsonb_object_agg(c.state, c.n), '{}')
            FROM (SELECT coalesce(s.state, 'unknown') AS state, count(*) AS n FROM sessions s WHERE s.is_client GROUP BY 1) c)
           AS "connections",
         count(*) FILTER (WHERE s.state = 'active' AND s.works AND s.wait_event IS NULL)::int AS "onCpu",
         count(*) FILTER (WHERE s.state = 'active' AND s.works AND s.wait_event IS NOT NULL)::int AS "waiting",
         greatest(coalesce(extract(epoch FROM max(clock_timestamp() - s.xact_start) FILTER (WHERE s.is_client)), 0), 0)::float8
           AS "longestTransactionSeconds"
    FROM sessions s`;
