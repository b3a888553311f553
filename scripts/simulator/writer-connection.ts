import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { LatencyLog } from './latency-log.js';
import type { Statement } from './statements.js';

export type Written =
  | { kind: 'acknowledged'; rowCount: number; latencyMs: number }
  | { kind: 'failed'; sqlState: string }
  /** The connection broke before the answer: done or not, nobody knows. */
  | { kind: 'unknown' };

const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 2000;
/** A server that answers no more is as good as gone. */
const ANSWER_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5000;

/** One connection that comes back, with growing delays, until `signal` fires. */
export class WriterConnection {
  private client: pg.Client | null = null;
  disconnects = 0;

  constructor(
    private readonly databaseUrl: string,
    private readonly signal: AbortSignal,
    private readonly latencyLog: LatencyLog | null = null,
  ) {}

  /** null, and nothing sent, when the signal fired before there was a connection. */
  async write(statement: Statement): Promise<Written | null> {
    const client = await this.connected();
    if (!client) return null;
    const startedAt = performance.now();
    const written = await this.send(client, statement, startedAt);
    this.latencyLog?.write({
      statement: statement.name,
      latencyMs: performance.now() - startedAt,
      outcome: written.kind === 'failed' ? written.sqlState : written.kind,
    });
    return written;
  }

  private async send(client: pg.Client, statement: Statement, startedAt: number): Promise<Written> {
    try {
      const { rowCount } = await client.query(statement);
      return { kind: 'acknowledged', rowCount: rowCount ?? 0, latencyMs: performance.now() - startedAt };
    } catch (error) {
      const sqlState = sqlStateOf(error);
      if (sqlState !== null) return { kind: 'failed', sqlState };
      this.drop(client);
      return { kind: 'unknown' };
    }
  }

  /** Again over a new connection when one breaks. Throws the server's refusals, and when the signal fires. */
  async read<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    for (;;) {
      const client = await this.connected();
      if (!client) throw new Error('The database went away and did not come back');
      try {
        return (await client.query<Row>(text, values)).rows;
      } catch (error) {
        if (sqlStateOf(error) !== null) throw error;
        this.drop(client);
      }
    }
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => undefined);
  }

  private async connected(): Promise<pg.Client | null> {
    if (this.client) return this.client;
    for (let delayMs = FIRST_DELAY_MS; !this.signal.aborted; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
      const client = newClient(this.databaseUrl);
      // It ends between statements too: then nothing is unknown, and the next write finds no connection.
      client.on('end', () => this.drop(client));
      try {
        await client.connect();
        return (this.client = client);
      } catch {
        await sleep(delayMs, undefined, { signal: this.signal }).catch(() => undefined);
      }
    }
    return null;
  }

  private drop(client: pg.Client): void {
    if (this.client !== client) return;
    this.client = null;
    this.disconnects++;
    void client.end().catch(() => undefined);
  }
}

export function newClient(databaseUrl: string): pg.Client {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'ethhook-simulator',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
  });
  // What is under way fails too; without a listener this event alone would end the process.
  client.on('error', () => undefined);
  return client;
}

/** null when the connection broke: the socket, no answer in time, or the server's good-bye (08…, 57P01–57P03). */
function sqlStateOf(error: unknown): string | null {
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  return code === undefined || /^(08|57P0)/.test(code) ? null : code;
}
