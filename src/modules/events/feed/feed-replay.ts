import type { FoldSnapshot } from '../live/attempt-changes.js';
import { isAhead, upperOf } from './feed-step.js';
import type { FeedPosition } from './feed-positions.js';
import { PAGE_EVENTS, type FeedBatch } from './feed-walk.js';
import type { FeedReads } from './feed.reads.js';

/** Of a million written attempts: who comes back after more reads the list anew. */
const MAX_STEPS = 200;

/** Nothing says what came after the position. */
export class CannotResumeError extends Error {
  override readonly name = 'CannotResumeError';
}

/**
 * What came to a user between a position and `now`, in the order in which it was or would have been given out. Throws
 * CannotResumeError for a position of another cluster, or one that is too long ago.
 */
export async function* replayFeed(
  reads: FeedReads,
  userId: string,
  { at, step }: FeedPosition,
  now: FoldSnapshot,
): AsyncGenerator<FeedBatch> {
  if (isAhead(step?.to ?? at, now)) throw new CannotResumeError('the position is ahead of this cluster');
  if (step !== undefined) yield* pages(reads, userId, at, step.to, step.after);
  let from = step?.to ?? at;
  for (let steps = 0; from !== now; steps++) {
    if (steps === MAX_STEPS) throw new CannotResumeError('the position is too long ago');
    const to = upperOf(now, await reads.moment(from.horizon, null));
    yield* pages(reads, userId, from, to, null);
    from = to;
  }
}

async function* pages(
  reads: FeedReads,
  userId: string,
  from: FoldSnapshot,
  to: FoldSnapshot,
  begin: { at: string; id: string } | null,
): AsyncGenerator<FeedBatch> {
  let after = begin === null ? null : { userId, ...begin };
  for (let isDone = false; !isDone;) {
    const page = { lower: from, upper: to, userIds: [userId], after, limit: PAGE_EVENTS };
    const events = await reads.newEvents(page);
    isDone = events.length < PAGE_EVENTS;
    after = events.at(-1) ?? after;
    if (events.length > 0) yield { from, to, events };
  }
}
