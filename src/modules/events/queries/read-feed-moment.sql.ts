import { constant, fragment, nothing, sql, type SqlFragment } from '../../../kernel/database/sql.js';

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

interface Since {
  since: string;
  limit: number;
}

const idsFrom = (column: 'written_in' | 'inserted_in', { since, limit }: Since, where = nothing) => {
  const id = constant(`a.${column}`);
  return fragment`(SELECT ${id} AS id FROM delivery_attempts a WHERE ${id} >= ${since}::xid8 ${where} ORDER BY ${id} LIMIT ${limit}::int + 1)`;
};

const came = (ids: SqlFragment, { limit }: Since) => ({
  any: fragment`EXISTS (SELECT FROM (${ids}) x)`,
  end: fragment`(SELECT x.id::text FROM (${ids}) x ORDER BY x.id OFFSET ${limit}::int LIMIT 1)`,
});

/** What the feed's next step can go up to, and whether there is anything in it. */
export const readFeedMoment = (p: { since: string; heldLsn: string | null; limit: number }) => {
  const notUpdated = idsFrom('written_in', p, fragment`AND a.inserted_in IS NULL`);
  const inserted = came(fragment`${notUpdated} UNION ALL ${idsFrom('inserted_in', p)}`, p);
  const written = came(idsFrom('written_in', p), p);
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
