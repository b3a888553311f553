import type { Seat } from '../../kernel/live/seat.js';
import type { FeedReader } from '../events/index.js';
import type { DashboardDto } from './dto/dashboard.dto.js';

/** The trailing 24 hours move on, and endpoints are changed, without an attempt being written. */
const FRESH_MS = 30_000;

/** A tenant's figures as they are sent, and whom they are sent to. */
export class StatsOfTenant implements FeedReader {
  readonly seats = new Set<Seat>();
  /** Connections, those that are being opened too. */
  visitors = 0;
  /** From here on it is told what is written. */
  readonly joined: Promise<unknown>;
  private known: { text: string; readAt: number } | null = null;
  private isOld = true;
  private reading: Promise<string> | null = null;
  private isSending = false;

  constructor(
    readonly userId: string,
    private readonly read: () => Promise<DashboardDto>,
    join: (reader: FeedReader) => Promise<unknown>,
  ) {
    this.joined = join(this);
    // Each visitor is told by its own await.
    this.joined.catch(() => undefined);
  }

  readonly onWritten = (): void => {
    this.isOld = true;
  };
  readonly onReset = this.onWritten;

  /** The message of now: read again only when the figures may have changed. */
  text(): Promise<string> {
    const isFresh = this.known !== null && performance.now() - this.known.readAt < FRESH_MS;
    if (this.known !== null && isFresh && !this.isOld) return Promise.resolve(this.known.text);
    this.reading ??= this.readText().finally(() => (this.reading = null));
    return this.reading;
  }

  async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    try {
      const text = await this.text();
      for (const seat of this.seats) seat.send(text);
    } finally {
      this.isSending = false;
    }
  }

  private async readText(): Promise<string> {
    this.isOld = false;
    const readAt = performance.now();
    try {
      const figures = await this.read();
      const text = JSON.stringify(toMessage(figures));
      this.known = { text, readAt };
      return text;
    } catch (error) {
      this.isOld = true;
      throw error;
    }
  }
}

const toMessage = ({ events_total, events_today, success_rate, active_endpoints }: DashboardDto) => ({
  type: 'stats',
  events_total,
  events_24h: events_today,
  success_rate,
  active_endpoints,
});
