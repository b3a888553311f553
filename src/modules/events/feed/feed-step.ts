import type { FoldSnapshot } from '../live/attempt-changes.js';
import type { FeedMomentRow } from '../queries/read-feed-moment.sql.js';

/** As far as one step towards `target` goes; transactions are taken whole. */
export function upperOf(
  target: FoldSnapshot,
  { insertedEnd, writtenEnd }: Pick<FeedMomentRow, 'insertedEnd' | 'writtenEnd'>,
): FoldSnapshot {
  const last = [insertedEnd, writtenEnd]
    .filter((end) => end !== null)
    .map((end) => BigInt(end) + 1n)
    .reduce((a, b) => (a < b ? a : b), BigInt(target.horizon));
  if (last === BigInt(target.horizon)) return target;
  return { horizon: String(last), inFlight: target.inFlight.filter((id) => BigInt(id) < last) };
}

/** Whether a transaction that `lower` saw in flight is over for `upper`: its rows are below the horizon. */
export const hasEnded = (lower: FoldSnapshot, upper: FoldSnapshot) =>
  lower.inFlight.some((id) => !upper.inFlight.includes(id));

/** Whether `snapshot` knows transactions that `now`, which is later, has yet to give: it is of another cluster. */
export const isAhead = (snapshot: FoldSnapshot, now: FoldSnapshot) =>
  BigInt(snapshot.horizon) > BigInt(now.horizon);
