import { fragment, nothing, type SqlFragment } from '../../../kernel/database/sql.js';

/**
 * What the last fold has seen: transactions below `horizon` but those that were in flight. Arrays and ids travel as text.
 * A set of transactions and not a moment: a transaction that stays open for an hour holds nothing up but its own rows.
 */
export interface FoldSnapshot {
  horizon: string;
  inFlight: readonly string[];
}

const id = (value: string) => fragment`${value}::xid8`;
const ids = (values: readonly string[]) => fragment`${[...values]}::xid8[]`;

/** The transaction that has inserted an attempt `a`: recorded by the first update, and before that the one that wrote it. */
export const insertedIn = fragment`coalesce(a.inserted_in, a.written_in)`;

/** Whether the snapshot sees what the transaction in `column` has written; NULL is older than all snapshots. */
export const seenBy = (column: SqlFragment, { horizon, inFlight }: FoldSnapshot) =>
  fragment`(${column} IS NULL OR (${column} < ${id(horizon)} AND ${column} <> ALL (${ids(inFlight)})))`;

/**
 * The rows of `select` whose `column` is seen by `upper` and not by `lower`, which is older. Two branches, each held to the
 * index of `column` whatever the planner believes of a table that is emptied all the time: a range with both ends, in order
 * (a LIMIT that is not known beforehand makes the order worth having), and the few that were in flight.
 */
export const newIn = (
  select: SqlFragment,
  column: SqlFragment,
  lower: FoldSnapshot,
  upper: FoldSnapshot,
  where: SqlFragment = nothing,
) => fragment`
    SELECT x.* FROM (${select}
     WHERE ${column} >= ${id(lower.horizon)} AND ${column} < ${id(upper.horizon)} AND ${column} <> ALL (${ids(upper.inFlight)}) ${where}
     ORDER BY ${column} LIMIT ${null}::bigint) x
     UNION ALL
    SELECT x.*
      FROM unnest(${ids(lower.inFlight)}) f (id)
     CROSS JOIN LATERAL (${select}
     WHERE ${column} = f.id AND ${column} <> ALL (${ids(upper.inFlight)}) ${where} OFFSET 0) x`;
