import pg from 'pg';
import { sqlState } from './database-error.js';

const INTERVAL_MS = 500;
const ANSWER_TIMEOUT_MS = 1500;
const TICK_MS = 50;

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
    const giveUp = new AbortController();
    const asking = this.roundTrip(giveUp.signal).then(
      () => ({ up: true as const, latencyMs: performance.now() - startedAt }),
      (error: unknown) => judge(error, startedAt),
    );
    const patience = patienceOf(ANSWER_TIMEOUT_MS);
    const outcome = await Promise.race([asking, patience.isOver]);
    patience.end();
    if (outcome !== 'timeout') return outcome;
    giveUp.abort();
    this.drop();
    return { up: false, reason: `no answer within ${ANSWER_TIMEOUT_MS} ms` };
  }

  private async roundTrip(givenUp: AbortSignal): Promise<void> {
    // A lost probe connection alone says nothing of the server: connect again before judging.
    if (this.client) {
      const known = this.client;
      try {
        await known.query('SELECT 1');
        return;
      } catch {
        this.drop(known);
      }
    }
    if (this.stopped || givenUp.aborted) return;
    // Without a time-out of its own: who gives up drops it.
    const client = (this.client = new pg.Client({ ...this.connection, connectionTimeoutMillis: 0 }));
    client.on('error', () => this.drop(client));
    try {
      await client.connect();
      await client.query('SELECT 1');
    } catch (error) {
      this.drop(client);
      throw error;
    }
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

function judge(error: unknown, startedAt: number): WatchdogState {
  const state = sqlState(error);
  // 53300: too many connections. The server is well, only this probe found no room.
  if (state === '53300') return { up: true, latencyMs: performance.now() - startedAt };
  const code = (error as { code?: string }).code;
  return { up: false, reason: state ?? code ?? 'connection failed' };
}

/** So much time in which this process could have heard an answer: while it is stalled, the ticks stand still. */
function patienceOf(ms: number): { isOver: Promise<'timeout'>; end(): void } {
  let ticksLeft = ms / TICK_MS;
  let timer: NodeJS.Timeout | undefined;
  const isOver = new Promise<'timeout'>((resolve) => {
    timer = setInterval(() => {
      if (--ticksLeft <= 0) resolve('timeout');
    }, TICK_MS).unref();
  });
  return { isOver, end: () => clearInterval(timer) };
}

/** Ends a connection whose server may never answer again; a clean end() would wait for it. */
export function destroySocket(client: pg.ClientBase): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

const delay = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref();
  });
