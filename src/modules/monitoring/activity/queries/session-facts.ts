import { fragment } from '../../../../kernel/database/sql.js';

/** A session of pg_stat_activity. What a role may not see of others is null. */
export interface SessionFacts {
  pid: number;
  /** RFC 3339 in UTC with microseconds; with the pid it names one session: pids are used again. */
  backendStart: string | null;
  backendType: string | null;
  user: string | null;
  database: string | null;
  application: string | null;
  clientAddress: string | null;
  state: string | null;
  waitEventType: string | null;
  waitEvent: string | null;
  transactionSeconds: number | null;
  /** Of the statement that runs, or ran last. */
  querySeconds: number | null;
  stateSeconds: number | null;
  /** Transactions since the oldest that it may still see. */
  xminAge: number | null;
  query: string | null;
}

/** Of `pg_stat_activity a`. Its query is raw: it may hold values, and goes nowhere but through maskedText. */
export const sessionFacts = fragment`
         a.pid AS "pid", a.backend_start AS "backendStart", a.backend_type AS "backendType", a.usename::text AS "user",
         a.datname::text AS "database", a.application_name AS "application", host(a.client_addr) AS "clientAddress",
         a.state AS "state", a.wait_event_type AS "waitEventType", a.wait_event AS "waitEvent",
         extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS "transactionSeconds",
         extract(epoch FROM clock_timestamp() - a.query_start)::float8 AS "querySeconds",
         extract(epoch FROM clock_timestamp() - a.state_change)::float8 AS "stateSeconds",
         greatest(age(a.backend_xmin), age(a.backend_xid)) AS "xminAge",
         CASE WHEN a.query = '<insufficient privilege>' THEN NULL ELSE nullif(a.query, '') END AS "query"`;

// Without the right to see it, a session of another role has no type.
/** Whether `pg_stat_activity a` is of a client, as far as one may know. */
export const isClient = fragment`(a.backend_type = 'client backend'
          OR a.backend_type IS NULL AND a.usesysid IS NOT NULL AND a.datid IS NOT NULL)`;
