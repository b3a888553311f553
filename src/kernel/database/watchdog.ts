import type pg from 'pg';
import { sqlState } from './database-error.js';
import { NoAnswerError, Probe } from './probe.js';

const INTERVAL_MS = 500;
const ANSWER_TIMEOUT_MS = 1500;

export type WatchdogState = { up: true; latencyMs: number } | { up: false; reason: string };

/**
 * Tells a dead or frozen server from a slow query: a frozen one is known after at most INTERVAL_MS + ANSWER_TIMEOUT_MS,
 * while a query may take as long as its statement time-out allows.
 */
export class DatabaseWatchdog {
  private readonly probe: Probe<unknown>;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;
  private checking: Promise<WatchdogState> | null = null;
  private current: WatchdogState = { up: true, latencyMs: 0 };
  private readonly listeners = new Set<(state: WatchdogState) => void>();

  constructor(connection: pg.ClientConfig) {
    this.probe = new Probe(connection, 'SELECT 1');
  }

  get state(): WatchdogState {
    return this.current;
  }

  /** Called at each change between up and down. */
  onChange(listener: (state: WatchdogState) => void): void {
    this.listeners.add(listener);
  }

  start(): void {
    void this.beat();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.probe.stop();
  }

  /** Asks now, or waits for the answer that is under way; bounded by ANSWER_TIMEOUT_MS. */
  check(): Promise<WatchdogState> {
    this.checking ??= this.ask().then((verdict) => {
      this.checking = null;
      if (!this.stopped) this.become(verdict);
      return this.current;
    });
    return this.checking;
  }

  private async beat(): Promise<void> {
    await this.check();
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.beat(), INTERVAL_MS);
    this.timer.unref();
  }

  private async ask(): Promise<WatchdogState> {
    const startedAt = performance.now();
    try {
      await this.probe.ask(ANSWER_TIMEOUT_MS);
      return { up: true, latencyMs: performance.now() - startedAt };
    } catch (error) {
      return judge(error, startedAt);
    }
  }

  private become(next: WatchdogState): void {
    const changed = next.up !== this.current.up;
    this.current = next;
    if (changed) for (const listener of this.listeners) listener(next);
  }
}

function judge(error: unknown, startedAt: number): WatchdogState {
  if (error instanceof NoAnswerError) return { up: false, reason: error.message };
  const state = sqlState(error);
  // 53300: too many connections. The server is well, only this probe found no room.
  if (state === '53300') return { up: true, latencyMs: performance.now() - startedAt };
  const code = (error as { code?: string }).code;
  return { up: false, reason: state ?? code ?? 'connection failed' };
}
