import { sql } from '../../../../kernel/database/sql.js';

export interface UserFiguresRow {
  userId: string;
  attempts: string;
  events: string;
  /** Events without an outcome yet, which stay. */
  pending: string;
  /** Of all users. */
  allAttempts: string;
  allPending: string;
}

/** What users have before a midnight (UTC), from their rollups of days: most attempts first. */
export const listOldFigures = (p: { before: string; limit: number }) =>
  sql<UserFiguresRow>('maintenance.list-old-figures')`
  SELECT u.id AS "userId", o.attempts, o.events, o.pending,
         sum(o.attempts) OVER ()::bigint AS "allAttempts", sum(o.pending) OVER ()::bigint AS "allPending"
    FROM users u
   CROSS JOIN LATERAL (
     SELECT coalesce(sum(d.attempts), 0)::bigint AS attempts, coalesce(sum(d.events), 0)::bigint AS events,
            coalesce(sum(d.events_open), 0)::bigint AS pending
       FROM statistics_days d
      WHERE d.user_id = u.id AND d.scope_id = u.id AND d.bucket > '-infinity' AND d.bucket < ${p.before}::timestamptz) o
   WHERE o.attempts > 0
   ORDER BY o.attempts DESC, u.id
   LIMIT ${p.limit}`;

export interface TableSizeRow {
  table: 'delivery_attempts' | 'events';
  /** As of the last VACUUM or ANALYZE. */
  rows: number;
  /** With its indexes. */
  bytes: string;
}

export const readTableSizes = () => sql<TableSizeRow>('maintenance.read-table-sizes')`
  SELECT c.relname AS "table", greatest(c.reltuples, 0)::float8 AS "rows", pg_total_relation_size(c.oid) AS "bytes"
    FROM pg_class c
   WHERE c.oid IN ('public.delivery_attempts'::regclass, 'public.events'::regclass)
   ORDER BY c.relname`;

export interface ExplainedRow {
  'QUERY PLAN': readonly [{ Plan: { 'Plan Rows': number } }];
}

/** What the planner takes them to be. */
export const estimateOldEvents = (p: { before: string }) =>
  sql<ExplainedRow>('maintenance.estimate-old-events')`
  EXPLAIN (FORMAT JSON) SELECT e.id FROM events e WHERE e.ingested_at < ${p.before}::timestamptz`;
