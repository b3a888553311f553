import { constant, fragment, sql } from '../../../kernel/database/sql.js';

export interface FeedMomentRow {
  /** The snapshot of this statement; xid8 as text. */
  horizon: string;
  inFlight: string[];
  /** Where the log ended when the snapshot had been taken. */
  lsn: string;
  /** The log up to `lsn`, or to `heldLsn`, is on disk. */
  isFlushed: boolean;
  isHeldFlushed: boolean;
  /** There are attempts since `since`, inserted or written. */
  hasInserted: boolean;
  hasWritten: boolean;
  /** The transaction of the last of `limit` of them; null where there are not more. */
  insertedEnd: string | null;
  writtenEnd: string | null;
}

const came = (column: string, p: { since: string; limit: number }) => {
  const id = constant(`a.${column}`);
  const rows = fragment`SELECT ${id} AS id FROM delivery_attempts a WHERE ${id} >= ${p.since}::xid8 ORDER BY ${id}`;
  return {
    any: fragment`EXISTS (${rows} LIMIT 1)`,
    end: fragment`(SELECT x.id::text FROM (${rows} OFFSET ${p.limit}::int LIMIT 1) x)`,
  };
};

/** What the feed's next step can go up to, and whether there is anything in it. */
export const readFeedMoment = (p: { since: string; heldLsn: string | null; limit: number }) => {
  const [inserted, written] = [came('inserted_in', p), came('written_in', p)];
  return sql<FeedMomentRow>('events.read-feed-moment')`
  SELECT pg_snapshot_xmax(n.snapshot)::text AS "horizon",
         ARRAY(SELECT x::text FROM pg_snapshot_xip(n.snapshot) x) AS "inFlight",
         l.inserted::text AS "lsn",
         l.flushed >= l.inserted AS "isFlushed",
         coalesce(l.flushed >= ${p.heldLsn}::pg_lsn, false) AS "isHeldFlushed",
         ${inserted.any} AS "hasInserted", ${inserted.end} AS "insertedEnd",
         ${written.any} AS "hasWritten", ${written.end} AS "writtenEnd"
    FROM (SELECT pg_current_snapshot() AS snapshot) n
   CROSS JOIN (SELECT pg_current_wal_flush_lsn() AS flushed, pg_current_wal_insert_lsn() AS inserted) l`;
};
