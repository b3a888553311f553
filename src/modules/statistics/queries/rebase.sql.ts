import { constant, sql } from '../../../kernel/database/sql.js';

export interface ForeignRowsRow {
  /** Rows with ids of the future, counted to the limit. */
  found: number;
  /** Those that are old now. The others are locked by a writer, for whom nobody here waits: it may wait for this one. */
  forgotten: number;
}

/** What a row says of its transactions; a row may have been updated here since, and so know one of them only. */
export type WriterColumn = 'written_in' | 'inserted_in';

/** After a restore into another cluster: rows with ids that this one has yet to give count as old. */
export const forgetForeignWriters = (p: { column: WriterColumn; limit: number }) => {
  const column = constant(`a.${p.column}`);
  return sql<ForeignRowsRow>('statistics.forget-foreign-writers')`
  WITH found AS (
    SELECT FROM delivery_attempts a
     WHERE ${column} >= pg_snapshot_xmax(pg_current_snapshot())
     ORDER BY ${column}
     LIMIT ${p.limit}
  ), foreign_rows AS MATERIALIZED (
    SELECT a.user_id, a.event_ingested_at, a.event_id, a.id
      FROM delivery_attempts a
     WHERE ${column} >= pg_snapshot_xmax(pg_current_snapshot())
     ORDER BY ${column}
     LIMIT ${p.limit}
       FOR NO KEY UPDATE SKIP LOCKED
  ), forgotten AS (
    UPDATE delivery_attempts a SET ${constant(p.column)} = NULL
      FROM foreign_rows f
     WHERE a.user_id = f.user_id AND a.event_ingested_at = f.event_ingested_at AND a.event_id = f.event_id AND a.id = f.id
       AND ${column} >= pg_snapshot_xmax(pg_current_snapshot())
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM found)::int AS "found", (SELECT count(*) FROM forgotten)::int AS "forgotten"`;
};

export const beginRebase = () => sql<object>('statistics.begin-rebase')`
  UPDATE statistics_state SET rebasing = true`;

/** What was superseded there and is not folded yet is gone here: everything is counted anew. */
export const dropForeignVersions = () => sql<object>('statistics.drop-foreign-versions')`
  DELETE FROM superseded_attempts v
   WHERE v.superseded_in >= pg_snapshot_xmax(pg_current_snapshot())
      OR v.written_in >= pg_snapshot_xmax(pg_current_snapshot())`;

export const endRebase = (p: { horizon: string; inFlight: readonly string[]; at: string }) =>
  sql<object>('statistics.end-rebase')`
  UPDATE statistics_state
     SET rebasing = false, horizon = ${p.horizon}::xid8, in_flight = ${[...p.inFlight]}::xid8[], folded_at = ${p.at}::timestamptz`;
