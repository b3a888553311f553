import type { Seat } from '../../../kernel/live/seat.js';
import type { FeedReader } from './feed-readers.js';
import type { FeedBatch } from './feed-walk.js';

/** Of about a kilobyte each. */
const MAX_WAITING_EVENTS = 1000;

/** One SSE connection at the feed. What comes while it is given what it has missed waits. */
export class SseReader implements FeedReader {
  private waiting: FeedBatch[] | null = [];
  private waitingEvents = 0;

  constructor(
    readonly userId: string,
    private readonly seat: Seat,
    private readonly give: (batch: FeedBatch) => void,
  ) {}

  get isLive(): boolean {
    return this.waiting === null;
  }

  readonly onEvents = (batch: FeedBatch): void => {
    if (this.waiting === null) return this.give(batch);
    this.waiting.push(batch);
    this.waitingEvents += batch.events.length;
    if (this.waitingEvents > MAX_WAITING_EVENTS) this.seat.end('slow');
  };

  readonly onReset = (): void => {
    if (this.waiting === null) this.seat.send(resetMessage());
    else this.seat.end('lost');
  };

  goLive(): void {
    const waited = this.waiting ?? [];
    this.waiting = null;
    for (const batch of waited) this.give(batch);
  }
}

/** What came since is not known: lists are to be read anew. */
export const resetMessage = (id?: string) =>
  `event: reset\n${id === undefined ? '' : `id: ${id}\n`}data: {}\n\n`;
