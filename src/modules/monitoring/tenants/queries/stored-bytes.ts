import { fragment, type SqlFragment } from '../../../../kernel/database/sql.js';

const rowBytes = (table: SqlFragment) => fragment`
    (SELECT pg_total_relation_size(c.oid)
              / coalesce(nullif(greatest(c.reltuples, 0), 0), nullif(pg_stat_get_live_tuples(c.oid), 0)::float8)
       FROM pg_class c WHERE c.oid = ${table}::regclass)`;

/**
 * `row_bytes` (attempt, event): the size of the table, with indexes and what is out of line, by its rows as the planner knows
 * them. NULL: it knows none.
 */
export const rowBytesCte = fragment`
  row_bytes AS MATERIALIZED (
    SELECT ${rowBytes(fragment`'delivery_attempts'`)} AS attempt, ${rowBytes(fragment`'events'`)} AS event)`;
