import pg from 'pg';
import { destroySocket } from './destroy-socket.js';

const TICK_MS = 50;
const CLOSE_TIMEOUT_MS = 500;

export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/**
 * A connection of its own for one small question again and again, so that neither a slow query nor an exhausted pool
 * looks like a server that is away. A lost connection says nothing of the server: it connects again before it gives up.
 */
export class Probe<Row> {
  private client: pg.Client | null = null;
  private stopped = false;

  constructor(
    private readonly connection: pg.ClientConfig,
    private readonly text: string,
    /** The connection is gone, and was not closed here. */
    private readonly onLost: () => void = () => undefined,
  ) {}

  /** Throws NoAnswerError after so much time in which this process could have heard one, else what the driver threw. */
  async ask(timeoutMs: number): Promise<Row> {
    const giveUp = new AbortController();
    const asking = this.roundTrip(giveUp.signal);
    asking.catch(() => undefined);
    const patience = patienceOf(timeoutMs);
    try {
      return await Promise.race([asking, patience.isOver]);
    } catch (error) {
      giveUp.abort();
      this.drop();
      throw error;
    } finally {
      patience.end();
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const { client } = this;
    this.client = null;
    if (client) await Promise.race([client.end().catch(() => undefined), delay(CLOSE_TIMEOUT_MS)]);
  }

  private async roundTrip(givenUp: AbortSignal): Promise<Row> {
    const known = this.client;
    if (known !== null) {
      try {
        return await this.query(known);
      } catch {
        this.drop(known);
      }
    }
    if (this.stopped || givenUp.aborted) throw new NoAnswerError('stopped');
    // Without a time-out of its own: who gives up drops it.
    const client = (this.client = new pg.Client({ ...this.connection, connectionTimeoutMillis: 0 }));
    client.on('error', () => this.lose(client));
    client.once('end', () => this.lose(client));
    await client.connect();
    return this.query(client);
  }

  private async query(client: pg.Client): Promise<Row> {
    const { rows } = await client.query<Record<string, unknown>>(this.text);
    return rows[0] as Row;
  }

  private lose(client: pg.Client): void {
    if (this.client !== client) return;
    this.drop(client);
    this.onLost();
  }

  private drop(client = this.client): void {
    if (client === null) return;
    if (this.client === client) this.client = null;
    destroySocket(client);
  }
}

/** So much time in which this process could have heard an answer: while it is stalled, the ticks stand still. */
function patienceOf(ms: number): { isOver: Promise<never>; end(): void } {
  let ticksLeft = ms / TICK_MS;
  let timer: NodeJS.Timeout | undefined;
  const isOver = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      if (--ticksLeft <= 0) reject(new NoAnswerError(`no answer within ${ms} ms`));
    }, TICK_MS).unref();
  });
  return { isOver, end: () => clearInterval(timer) };
}

const delay = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref();
  });
