import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuthUser } from '../auth/auth-user.js';
import { Metrics, type Counter } from '../telemetry/metrics.js';
import { shuttingDown, streamsExhausted, tooManyStreams } from './live.errors.js';
import { Seat, streamKinds, type EndReason, type SeatLog, type StreamKind } from './seat.js';

export const MAX_PER_USER = 100;
export const MAX_PER_PROCESS = 5000;
const LOOK_EVERY_MS = 1000;
const FAREWELL_MS = 1000;
const FAREWELL_STEP_MS = 20;

/** All streams of this process: how many there are, that they are alive, and that they end with their tokens and with it. */
@Injectable()
export class LiveStreams implements BeforeApplicationShutdown, SeatLog {
  private readonly seats = new Set<Seat>();
  private readonly ofUser = new Map<string, number>();
  private readonly messages: Counter<'kind'>;
  private readonly drops: Counter<'reason'>;
  private readonly timer: NodeJS.Timeout;
  private isClosing = false;

  constructor(metrics: Metrics) {
    metrics.observedGauge({ name: 'ethhook_streams', help: 'Open streams.', labels: ['kind'] }, () =>
      this.counts(),
    );
    this.messages = metrics.counter({
      name: 'ethhook_stream_messages_total',
      help: 'Messages that were given to streams.',
      labels: ['kind'],
    });
    this.drops = metrics.counter({
      name: 'ethhook_streams_dropped_total',
      help: 'Streams that this server has ended.',
      labels: ['reason'],
    });
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Throws 429 and 503 where there are too many. Whoever takes a seat leaves it when the connection is gone. */
  take(kind: StreamKind, user: AuthUser): Seat {
    if (this.isClosing) throw shuttingDown();
    const own = this.ofUser.get(user.userId) ?? 0;
    if (own >= MAX_PER_USER) throw tooManyStreams(MAX_PER_USER);
    if (this.seats.size >= MAX_PER_PROCESS) throw streamsExhausted();
    const seat = new Seat(kind, user, this);
    this.seats.add(seat);
    this.ofUser.set(user.userId, own + 1);
    return seat;
  }

  sent(kind: StreamKind, messages: number): void {
    this.messages.increment({ kind }, messages);
  }

  dropped(reason: EndReason): void {
    this.drops.increment({ reason });
  }

  left(seat: Seat): void {
    if (!this.seats.delete(seat)) return;
    const { userId } = seat.user;
    const left = (this.ofUser.get(userId) ?? 1) - 1;
    if (left === 0) this.ofUser.delete(userId);
    else this.ofUser.set(userId, left);
  }

  /** Before the HTTP server waits for its connections. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    clearInterval(this.timer);
    for (const seat of this.seats) seat.end('shutdown');
    for (let waited = 0; this.seats.size > 0 && waited < FAREWELL_MS; waited += FAREWELL_STEP_MS)
      await sleep(FAREWELL_STEP_MS);
    for (const seat of this.seats) seat.destroy();
  }

  private look(): void {
    const now = performance.now();
    for (const seat of this.seats) seat.look(now);
  }

  private counts() {
    const seats = [...this.seats];
    return streamKinds.map((kind) => ({
      labels: { kind },
      value: seats.filter((seat) => seat.kind === kind).length,
    }));
  }
}
