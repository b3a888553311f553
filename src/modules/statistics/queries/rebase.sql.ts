import { constant, fragment, nothing, sql } from '../../../kernel/database/sql.js';

export interface ForeignRowsRow {
  /** Rows with ids of the future, counted to the limit for each of the two columns. */
  found: number;
  /** Those that are old now. The others are locked by a writer, for whom nobody here waits: it may wait for this one. */
  forgotten: number;
}

const isForeign = (column: string) => constant(`a.${column} >= pg_snapshot_xmax(pg_current_snapshot())`);

/** By one of the two: a row may have been updated here since, and so know one of them only. */
const foreignBy = (
  column: 'written_in' | 'inserted_in',
  limit: number,
  columns = nothing,
  lock = nothing,
) => fragment`
    SELECT ${columns}
      FROM delivery_attempts a
     WHERE ${isForeign(column)}
     ORDER BY a.${constant(column)}
     LIMIT ${limit} ${lock}`;

/**
 * After a restore into another cluster: rows with ids that this one has yet to give count as old: inserted_in becomes 2, below
 * all that are given, since without it a row would be new whenever it was written. Each row is updated once in
 * the transaction: for a version of its own PostgreSQL would check the foreign keys again, and wait for whoever holds the
 * event.
 */
export const forgetForeignWriters = ({ limit }: { limit: number }) => {
  const key = fragment`a.user_id, a.event_ingested_at, a.event_id, a.id`;
  const skip = fragment`FOR NO KEY UPDATE SKIP LOCKED`;
  return sql<ForeignRowsRow>('statistics.forget-foreign-writers')`
  WITH found AS (
    SELECT (SELECT count(*) FROM (${foreignBy('written_in', limit)}) w)
           + (SELECT count(*) FROM (${foreignBy('inserted_in', limit)}) i) AS rows
  ), by_writer AS MATERIALIZED (${foreignBy('written_in', limit, key, skip)}
  ), by_inserter AS MATERIALIZED (${foreignBy('inserted_in', limit, key, skip)}
  ), forgotten AS (
    UPDATE delivery_attempts a
       SET written_in = CASE WHEN ${isForeign('written_in')} THEN NULL ELSE a.written_in END,
           inserted_in = CASE WHEN ${isForeign('inserted_in')} THEN '2' ELSE a.inserted_in END
      FROM (SELECT w.* FROM by_writer w UNION SELECT i.* FROM by_inserter i) f
     WHERE a.user_id = f.user_id AND a.event_ingested_at = f.event_ingested_at AND a.event_id = f.event_id AND a.id = f.id
       AND (${isForeign('written_in')} OR ${isForeign('inserted_in')})
    RETURNING 1
  )
  SELECT (SELECT f.rows FROM found f)::int AS "found", (SELECT count(*) FROM forgotten)::int AS "forgotten"`;
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
