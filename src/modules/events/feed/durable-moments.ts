import type { FoldSnapshot } from '../live/attempt-changes.js';
import type { FeedMomentRow } from '../queries/read-feed-moment.sql.js';

export interface Moment extends FoldSnapshot {
  /** Before it was taken; of performance.now(). */
  readonly readAt: number;
}

/** PostgreSQL's own writer brings what has ended to disk within three times its wal_writer_delay of 200 ms. */
const LONGEST_FLUSH_MS = 1000;

/**
 * Takes a snapshot only when the log that led to it is on disk. After a crash PostgreSQL gives ids anew of transactions
 * that had ended without a trace there (rolled back, mostly): a snapshot that took these for ended would take
 * the rows of the new ones for known, and they would be in no step.
 */
export class DurableMoments {
  private held: { moment: Moment; lsn: string } | null = null;

  get heldLsn(): string | null {
    return this.held?.lsn ?? null;
  }

  /** The newest snapshot that will outlast a crash; null: none that is new, ask again soon. */
  take(row: FeedMomentRow, readAt: number): Moment | null {
    const { horizon, inFlight, lsn } = row;
    const moment: Moment = { horizon, inFlight, readAt };
    const before = this.held?.moment;
    if (row.isFlushed) {
      this.held = null;
      return moment;
    }
    const isSafe = before !== undefined && (row.isHeldFlushed || readAt - before.readAt >= LONGEST_FLUSH_MS);
    if (before === undefined || isSafe) this.held = { moment, lsn };
    return isSafe ? before : null;
  }

  /** After a failure what is held may be of a server that has crashed since. */
  forget(): void {
    this.held = null;
  }
}
