import { setTimeout as sleep } from 'node:timers/promises';
import { latencyOf, type Latency } from '../report/latency.js';
import { connect, type BenchConnection } from './connection.js';

/** What a hundred open dashboards ask for. */
export const PER_SECOND = 50;
const CONNECTIONS = 8;
const WARM_UPS = 10;

/**
 * Open loop: a read falls due every 20 ms, whatever became of the ones before, and its latency counts from then. Ends after
 * `seconds`, or as soon as `isOver` says so.
 */
export async function pollPaced(
  databaseUrl: string,
  read: (connection: BenchConnection) => Promise<unknown>,
  seconds: number,
  signal: AbortSignal,
  isOver: (reads: number) => boolean = () => false,
): Promise<Latency> {
  const idle: BenchConnection[] = [];
  const all: BenchConnection[] = [];
  try {
    for (let i = 0; i < CONNECTIONS; i++) all.push(await connect(databaseUrl, signal));
    for (const connection of all) for (let i = 0; i < WARM_UPS; i++) await read(connection);
    idle.push(...all);
    return latencyOf(await new Poll(idle, read).run(seconds, signal, isOver));
  } finally {
    await Promise.all(all.map((connection) => connection.close()));
  }
}

class Poll {
  private readonly values: number[] = [];
  /** Times at which a read fell due while all connections were busy. */
  private readonly queue: number[] = [];
  private readonly pending = new Set<Promise<void>>();
  private failure: Error | null = null;

  constructor(
    private readonly idle: BenchConnection[],
    private readonly read: (connection: BenchConnection) => Promise<unknown>,
  ) {}

  async run(seconds: number, signal: AbortSignal, isOver: (reads: number) => boolean): Promise<number[]> {
    const startedAt = performance.now();
    const ticks = Math.ceil(seconds * PER_SECOND);
    for (let tick = 0; tick < ticks && !isOver(tick) && this.failure === null; tick++) {
      const due = startedAt + (tick * 1000) / PER_SECOND;
      await sleep(Math.max(0, due - performance.now()), undefined, { signal });
      // From the timer's own wake-up: what it comes too late is this process's doing.
      this.queue.push(performance.now());
      this.next();
    }
    while (this.pending.size > 0) await Promise.all(this.pending);
    if (this.failure !== null) throw this.failure;
    return this.values;
  }

  private next(): void {
    const due = this.queue[0];
    const connection = this.idle[0];
    if (due === undefined || connection === undefined) return;
    this.queue.shift();
    this.idle.shift();
    const answered = this.read(connection).then(
      () => void this.values.push(performance.now() - due),
      (error: unknown) => void (this.failure ??= error as Error),
    );
    this.pending.add(answered);
    void answered.then(() => {
      this.pending.delete(answered);
      this.idle.push(connection);
      this.next();
    });
  }
}
