import pg from 'pg';
import { sqlState } from './database-error.js';

const INTERVAL_MS = 500;
const ANSWER_TIMEOUT_MS = 1500;
// A timer that fires this late says that this process was stalled, not the server.
const OWN_STALL_MS = 250;

export type WatchdogState = { up: true; latencyMs: number } | { up: false; reason: string };

/**
 * Tells a dead or frozen server from a slow query, on a connection of its own (so that an exhausted pool does
 * not look like a dead server): a frozen one is known after at most INTERVAL_MS + ANSWER_TIMEOUT_MS, while a
 * query may take as long as its statement time-out allows.
 */
export class DatabaseWatchdog {
  private client: pg.Client | null = null;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;
  private checking: Promise<WatchdogState> | null = null;
  private current: WatchdogState = { up: true, latencyMs: 0 };
  private readonly listeners = new Set<(state: WatchdogState) => void>();

  constructor(private readonly connection: pg.ClientConfig) {}

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
    const client = this.client;
    this.client = null;
    if (client) await Promise.race([client.end().catch(() => undefined), delay(ANSWER_TIMEOUT_MS)]);
  }

  /** Asks now, or waits for the answer that is under way; bounded by ANSWER_TIMEOUT_MS. */
  check(): Promise<WatchdogState> {
    this.checking ??= this.ask().then((verdict) => {
      this.checking = null;
      if (verdict && !this.stopped) this.become(verdict);
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

  /** null: no verdict, because this process itself was stalled. */
  private async ask(): Promise<WatchdogState | null> {
    const startedAt = performance.now();
    const asking = this.roundTrip().then(
      () => ({ up: true as const, latencyMs: performance.now() - startedAt }),
      (error: unknown) => this.judge(error, startedAt),
    );
    const timedOut = delay(ANSWER_TIMEOUT_MS).then(() => 'timeout' as const);
    const outcome = await Promise.race([asking, timedOut]);
    if (outcome !== 'timeout') return outcome;
    this.drop();
    if (performance.now() - startedAt > ANSWER_TIMEOUT_MS + OWN_STALL_MS) return null;
    return { up: false, reason: `no answer within ${ANSWER_TIMEOUT_MS} ms` };
  }

  private async roundTrip(): Promise<void> {
    // A lost probe connection alone says nothing of the server: connect again before judging.
    if (this.client) {
      try {
        await this.client.query('SELECT 1');
        return;
      } catch {
        this.drop();
      }
    }
    const client = new pg.Client({ ...this.connection, connectionTimeoutMillis: ANSWER_TIMEOUT_MS });
    client.on('error', () => this.drop(client));
    await client.connect();
    if (this.stopped) return void client.end();
    this.client = client;
    await client.query('SELECT 1');
  }

  private judge(error: unknown, startedAt: number): WatchdogState {
    this.drop();
    const state = sqlState(error);
    // 53300: too many connections. The server is well, only this probe found no room.
    if (state === '53300') return { up: true, latencyMs: performance.now() - startedAt };
    const code = (error as { code?: string }).code;
    return { up: false, reason: state ?? code ?? 'connection failed' };
  }

  private drop(client = this.client): void {
    if (client === null) return;
    if (this.client === client) this.client = null;
    destroySocket(client);
  }

  private become(next: WatchdogState): void {
    const changed = next.up !== this.current.up;
    this.current = next;
    if (changed) for (const listener of this.listeners) listener(next);
  }
}

/** Ends a connection whose server may never answer again; a clean end() would wait for it. */
export function destroySocket(client: pg.ClientBase): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

const delay = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref();
  });
