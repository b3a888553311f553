import type { FoldSnapshot } from '../live/attempt-changes.js';
import type { NewEventRow } from '../queries/list-new-events.sql.js';
import { DurableMoments, type Moment } from './durable-moments.js';
import { hasEnded, isAhead, upperOf } from './feed-step.js';
import type { FeedReads } from './feed.reads.js';

export const PAGE_EVENTS = 500;
/** No transaction has it yet. */
const NO_HORIZON = '9000000000000000000';

/** New events of one user between two snapshots, or a part of them, in their order. */
export interface FeedBatch {
  readonly from: FoldSnapshot;
  readonly to: FoldSnapshot;
  readonly events: readonly NewEventRow[];
}

/** Whom the walk is for, and who takes what it finds. */
export interface FeedSink {
  readonly eventUsers: readonly string[];
  readonly writtenUsers: readonly string[];
  onEvents(userId: string, batch: FeedBatch): void;
  /** Attempts of these were inserted, or their outcomes written. */
  onWritten(userIds: readonly string[]): void;
  /** What comes is of another cluster, or of an earlier state of this one: nothing is known of what was between. */
  onReset(): void;
}

/** `held`: ask again in a moment; `behind`: at once; `current`: it is at `moment`. */
export type Progress =
  { readonly kind: 'held' | 'behind' } | { readonly kind: 'current'; readonly moment: Moment };

interface Step {
  readonly to: FoldSnapshot;
  /** The step's end, where it is that of a moment. */
  readonly moment: Moment | null;
  readonly hasInserted: boolean;
  readonly hasWritten: boolean;
  after: NewEventRow | null;
}

/**
 * Walks from snapshot to snapshot. When a statement fails it stays where it is, and the next call goes on from there: a step
 * under way keeps its end and its place, so that what was given out is not given out again.
 */
export class FeedWalk {
  private readonly moments = new DurableMoments();
  private at: FoldSnapshot | null = null;
  private step: Step | null = null;

  constructor(private readonly reads: FeedReads) {}

  /** Where all that came has been given out; null within a step, and before the first. */
  get boundary(): FoldSnapshot | null {
    return this.step === null ? this.at : null;
  }

  /** The next call begins at its now. */
  forget(): void {
    this.at = null;
    this.step = null;
    this.moments.forget();
  }

  /** One step. */
  async advance(sink: FeedSink): Promise<Progress> {
    try {
      this.step ??= await this.begin(sink);
      if (this.step === null) return { kind: 'held' };
      const { step, at } = this;
      if (at !== null) await this.giveOut(at, step, sink);
      this.at = step.to;
      this.step = null;
      return step.moment === null ? { kind: 'behind' } : { kind: 'current', moment: step.moment };
    } catch (error) {
      this.moments.forget();
      throw error;
    }
  }

  private async begin(sink: FeedSink): Promise<Step | null> {
    const readAt = performance.now();
    const row = await this.reads.moment(this.at?.horizon ?? NO_HORIZON, this.moments.heldLsn);
    if (this.at !== null && isAhead(this.at, row)) {
      this.forget();
      sink.onReset();
    }
    const target = this.moments.take(row, readAt);
    if (target === null) return null;
    const to = this.at === null ? target : upperOf(target, row);
    const ended = this.at !== null && hasEnded(this.at, to);
    return {
      to,
      moment: to === target ? target : null,
      hasInserted: row.hasInserted || ended,
      hasWritten: row.hasWritten || ended,
      after: null,
    };
  }

  private async giveOut(at: FoldSnapshot, step: Step, sink: FeedSink): Promise<void> {
    const { eventUsers: userIds, writtenUsers } = sink;
    const { to: upper } = step;
    for (let isDone = !step.hasInserted || userIds.length === 0; !isDone;) {
      const page = { lower: at, upper, userIds, after: step.after, limit: PAGE_EVENTS };
      const rows = await this.reads.newEvents(page);
      step.after = rows.at(-1) ?? step.after;
      isDone = rows.length < PAGE_EVENTS;
      for (const [userId, events] of byUser(rows)) sink.onEvents(userId, { from: at, to: upper, events });
    }
    if (!step.hasWritten || writtenUsers.length === 0) return;
    sink.onWritten(await this.reads.writtenUsers(at, upper, writtenUsers));
  }
}

function byUser(rows: readonly NewEventRow[]): Map<string, NewEventRow[]> {
  const users = new Map<string, NewEventRow[]>();
  for (const row of rows) {
    const own = users.get(row.userId);
    if (own === undefined) users.set(row.userId, [row]);
    else own.push(row);
  }
  return users;
}
