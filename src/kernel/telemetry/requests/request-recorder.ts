import { Injectable } from '@nestjs/common';
import { Metrics, type Counter, type Histogram } from '../metrics.js';
import type { RequestCost } from './request-cost.js';
import { RequestMinute, type RecordedRequest } from './request-minute.js';

const MINUTE_MS = 60_000;
/** Rows of minutes that nobody has taken yet; some 20 MB. Beyond, the oldest minutes are dropped. */
const MAX_WAITING_ROWS = 50_000;
/** Routes times methods times classes of status: all of them come from the code. */
const MAX_SERIES = 600;
const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

/** What requests this process has answered, by minute, until somebody has kept it. */
@Injectable()
export class RequestRecorder {
  private current = new RequestMinute(minuteOf(Date.now()), 0);
  private waiting: RequestMinute[] = [];
  private readonly durations: Histogram<'route' | 'method' | 'status'>;
  private readonly dropped: Counter<never>;
  private onStop: () => Promise<void> = () => Promise.resolve();

  constructor(metrics: Metrics) {
    this.durations = metrics.histogram({
      name: 'ethhook_http_request_duration_seconds',
      help: 'How long requests took, by route template, method and class of status; streams until their beginning.',
      labels: ['route', 'method', 'status'],
      buckets: BUCKETS_SECONDS,
      maxSeries: MAX_SERIES,
    });
    this.dropped = metrics.counter({
      name: 'ethhook_request_figures_dropped_total',
      help: 'Requests whose figures were not kept: the database was away for too long.',
    });
  }

  record(request: RecordedRequest, elapsedMs: number, cost: RequestCost | undefined): void {
    const { route, method, status } = request;
    this.durations.observe({ route, method, status: `${Math.floor(status / 100)}xx` }, elapsedMs / 1000);
    this.now().add(request, cost?.use ?? { ms: 0, rows: 0, statements: 0 });
    cost?.end((use) => this.now().addUse(request, use));
  }

  /** The minutes that are over, oldest first; `all`: also the one that is not. They stay until they are `kept`. */
  minutes(all = false): readonly RequestMinute[] {
    if (all) this.turn(minuteOf(Date.now()));
    else this.now();
    return this.waiting;
  }

  kept(minute: RequestMinute): void {
    this.waiting = this.waiting.filter((other) => other !== minute);
  }

  /** Runs `keep` when the last request has been answered, while the database is still there. */
  keepAtStop(keep: () => Promise<void>): void {
    this.onStop = keep;
  }

  stop(): Promise<void> {
    return this.onStop();
  }

  private now(): RequestMinute {
    const minute = minuteOf(Date.now());
    if (minute !== this.current.minute) this.turn(minute);
    return this.current;
  }

  private turn(minute: number): void {
    if (this.current.size > 0) this.waiting.push(this.current);
    this.current = new RequestMinute(minute, this.current.part + 1);
    let rows = this.waiting.reduce((sum, { size }) => sum + size, 0);
    while (rows > MAX_WAITING_ROWS) {
      const [oldest] = this.waiting.splice(0, 1);
      rows -= oldest?.size ?? rows;
      this.dropped.increment({}, oldest?.requests ?? 0);
    }
  }
}

const minuteOf = (ms: number) => Math.floor(ms / MINUTE_MS);
