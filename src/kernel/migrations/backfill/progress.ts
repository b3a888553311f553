import type { MigrationContext } from '../settings.js';
import type { BackfillState } from './journal.js';

const DRAW_EVERY_MS = 250;
const LOG_EVERY_MS = 10_000;
const RATE_WINDOW_MS = 60_000;

type Counts = Pick<BackfillState, 'state' | 'rowsVisited' | 'rowsEstimated'>;

/** 0 to 100; below 100 until it is done, since the number of rows is an estimate and grows. */
export function percentOf({ state, rowsVisited, rowsEstimated }: Counts): number {
  if (state === 'done') return 100;
  return Math.min(99.9, (100 * rowsVisited) / Math.max(rowsEstimated, rowsVisited, 1));
}

/** null while there is no rate. */
export function secondsLeft({ state, rowsVisited, rowsEstimated }: Counts, rowsPerSecond: number | null) {
  if (state === 'done') return 0;
  if (rowsPerSecond === null || rowsPerSecond <= 0) return null;
  return Math.max(rowsEstimated - rowsVisited, 0) / rowsPerSecond;
}

export function formatProgress(name: string, counts: Counts, rowsPerSecond: number | null): string {
  const left = secondsLeft(counts, rowsPerSecond);
  return [
    `${name}: ${percentOf(counts).toFixed(1)} %`,
    `${grouped(counts.rowsVisited)} of about ${grouped(Math.max(counts.rowsEstimated, counts.rowsVisited))} rows`,
    ...(rowsPerSecond === null ? [] : [`${grouped(rowsPerSecond)} rows/s`]),
    ...(left === null ? [] : [`${clock(left)} left`]),
  ].join(' | ');
}

export const grouped = (count: number): string => Math.round(count).toLocaleString('en-US');

/** 2:54, 1:02:54 */
function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, '0'));
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${parts.join(':')}` : parts.join(':').replace(/^0/, '');
}

/** Rows per second over the last minute, rests and VACUUM included: what the time left depends on. */
export class Rate {
  private samples: { atMs: number; rows: number }[] = [];

  add(atMs: number, rows: number): void {
    this.samples.push({ atMs, rows });
    const from = atMs - RATE_WINDOW_MS;
    while (this.samples.length > 2 && (this.samples[1]?.atMs ?? atMs) <= from) this.samples.shift();
  }

  /** After a pause, which says nothing about the rate. */
  reset(): void {
    this.samples = [];
  }

  get perSecond(): number | null {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return null;
    return ((last.rows - first.rows) * 1000) / (last.atMs - first.atMs);
  }
}

/** The live line, a few times a second at most, and a line in the log now and then. */
export class Progress {
  readonly rate = new Rate();
  private drawAt = 0;
  private logAt = performance.now() + LOG_EVERY_MS;

  constructor(
    private readonly name: string,
    private readonly context: Pick<MigrationContext, 'log' | 'progress'>,
  ) {}

  show(counts: Counts, activity = ''): void {
    const now = performance.now();
    const line = () =>
      formatProgress(this.name, counts, this.rate.perSecond) + (activity && ` | ${activity}`);
    if (now >= this.drawAt) {
      this.context.progress(line());
      this.drawAt = now + DRAW_EVERY_MS;
    }
    if (now >= this.logAt) {
      this.context.log(line());
      this.logAt = now + LOG_EVERY_MS;
    }
  }

  clear(): void {
    this.context.progress(null);
  }
}
