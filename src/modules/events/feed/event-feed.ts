import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { shuttingDown } from '../../../kernel/live/live.errors.js';
import { TaskErrors } from '../../../kernel/tasks/task-errors.js';
import { Metrics } from '../../../kernel/telemetry/metrics.js';
import type { FoldSnapshot } from '../live/attempt-changes.js';
import { FeedReaders, type FeedReader } from './feed-readers.js';
import { FeedWalk } from './feed-walk.js';
import { FeedReads } from './feed.reads.js';

const TURN_MS = 500;
/** Until what a snapshot depends on has come to disk. */
const HELD_MS = 50;

interface Joining {
  readonly reader: FeedReader;
  readonly askedAt: number;
  readonly resolve: (at: FoldSnapshot | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What comes to the tenants that somebody listens to here: one walk for all of them, only while there are any. It goes on
 * where it was when the database has been away.
 */
@Injectable()
export class EventFeed implements OnModuleDestroy {
  private readonly errors = new TaskErrors(new Logger(EventFeed.name));
  private readonly readers = new FeedReaders();
  private readonly walk: FeedWalk;
  private joining: Joining[] = [];
  private timer: NodeJS.Timeout | null = null;
  private isTurning = false;
  private isStopped = false;
  /** When it was last at the database's now; null while nobody listens. */
  private currentAt: number | null = null;

  constructor(reads: FeedReads, metrics: Metrics) {
    this.walk = new FeedWalk(reads);
    metrics.observedGauge(
      {
        name: 'ethhook_feed_lag_seconds',
        help: 'The age of what streams have been given; 0 while there are none.',
      },
      () => [{ labels: {}, value: this.currentAt === null ? 0 : secondsSince(this.currentAt) }],
    );
  }

  /**
   * Gives `reader` all that comes after the snapshot that this resolves to, which is younger than the call, until it
   * leaves. null when it has left before. Rejects with 503 when the database is away.
   */
  join(reader: FeedReader): Promise<FoldSnapshot | null> {
    return new Promise((resolve, reject) => {
      if (this.isStopped) return reject(shuttingDown());
      this.joining.push({ reader, askedAt: performance.now(), resolve, reject });
      if (!this.isTurning) this.schedule(0);
    });
  }

  leave(reader: FeedReader): void {
    for (const joining of this.joining) if (joining.reader === reader) joining.resolve(null);
    this.joining = this.joining.filter((joining) => joining.reader !== reader);
    this.readers.delete(reader);
  }

  /** Where every reader is; null within a step. */
  get boundary(): FoldSnapshot | null {
    return this.walk.boundary;
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    for (const { reject } of this.joining.splice(0)) reject(shuttingDown());
  }

  private schedule(ms: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    if (!this.isStopped) this.timer = setTimeout(() => void this.turn(), ms);
  }

  private async turn(): Promise<void> {
    if (this.readers.size + this.joining.length === 0) {
      this.walk.forget();
      this.currentAt = null;
      return;
    }
    this.isTurning = true;
    const pause = await this.advance();
    this.isTurning = false;
    this.schedule(this.joining.length > 0 ? Math.min(pause, HELD_MS) : pause);
  }

  /** Returns the pause until the next turn. Never rejects. */
  private async advance(): Promise<number> {
    try {
      const progress = await this.walk.advance(this.readers);
      if (progress.kind !== 'current') return progress.kind === 'held' ? HELD_MS : 0;
      this.currentAt = progress.moment.readAt;
      this.admit(progress.moment, progress.moment.readAt);
      return TURN_MS;
    } catch (error) {
      this.errors.report(error);
      for (const { reject } of this.joining.splice(0)) reject(error);
      return TURN_MS;
    }
  }

  private admit({ horizon, inFlight }: FoldSnapshot, readAt: number): void {
    const waiting = this.joining;
    this.joining = waiting.filter(({ askedAt }) => askedAt > readAt);
    for (const { reader, askedAt, resolve } of waiting) {
      if (askedAt > readAt) continue;
      this.readers.add(reader);
      resolve({ horizon, inFlight });
    }
  }
}

const secondsSince = (at: number) => (performance.now() - at) / 1000;
