import { Logger } from '@nestjs/common';
import type pg from 'pg';
import { DomainError } from '../errors/domain-error.js';
import { breaksConnection, isStalePlan, toDomainError } from './database-error.js';
import type { Sql } from './sql.js';
import { destroySocket, type DatabaseWatchdog, type WatchdogState } from './watchdog.js';

/** Decides the statement time-out: what a user waits for, what runs behind, what may take hours. */
export type WorkClass = 'interactive' | 'background' | 'maintenance';

export interface TransactionOptions {
  work?: WorkClass;
  /** One snapshot for all statements: REPEATABLE READ. */
  snapshot?: boolean;
  readOnly?: boolean;
}

/** Runs statements; what it throws is a DomainError that is safe to tell (503 when the database is away). */
export interface QueryRunner {
  query<Row>(statement: Sql<Row>): Promise<Row[]>;
}

/** The pool that every statement of the server goes through. */
export class Database implements QueryRunner {
  private readonly logger = new Logger(Database.name);
  private readonly inUse = new Set<pg.PoolClient>();
  private readonly guarded = new WeakSet<pg.PoolClient>();
  private readonly waiting = new Set<(reason: DomainError) => void>();

  constructor(
    private readonly pool: pg.Pool,
    private readonly watchdog: DatabaseWatchdog,
    private readonly statementTimeoutMs: Readonly<Record<WorkClass, number>>,
  ) {
    watchdog.onChange((state) => this.onWatchdog(state));
  }

  /** Requests that no connection of the pool is free for. */
  get waitingForConnection(): number {
    return this.pool.waitingCount;
  }

  /** Whether the server answers, asked now. */
  check(): Promise<WatchdogState> {
    return this.watchdog.check();
  }

  /** Opens `count` connections now, so that the first requests find them warm. */
  async warm(count: number): Promise<void> {
    const clients = await Promise.allSettled(Array.from({ length: count }, () => this.pool.connect()));
    for (const client of clients) if (client.status === 'fulfilled') client.value.release();
  }

  /** One statement in its own transaction, under the interactive time-out. */
  async query<Row>(statement: Sql<Row>): Promise<Row[]> {
    try {
      return await this.withClient((client) => send(client, statement));
    } catch (error) {
      if (!(error instanceof DomainError) || !isStalePlan(error.cause)) throw error;
      // The connection with the stale plan is gone by now; the next one may hold one too, so: unnamed.
      return this.withClient((client) => send(client, { ...statement, name: '' }));
    }
  }

  /** All of `run` in one transaction; rolled back when it throws. */
  transaction<T>(options: TransactionOptions, run: (tx: QueryRunner) => Promise<T>): Promise<T> {
    return this.withClient((client) => runTransaction(client, options, this.statementTimeoutMs, run));
  }

  private async withClient<T>(use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (!this.watchdog.state.up) throw databaseDown();
    return new Promise<T>((resolve, reject) => {
      this.waiting.add(reject);
      this.checkOut(use)
        .then(resolve, (error: unknown) => reject(toDomainError(error)))
        .finally(() => this.waiting.delete(reject));
    });
  }

  private async checkOut<T>(use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    this.guard(client);
    this.inUse.add(client);
    let broken = false;
    try {
      return await use(client);
    } catch (error) {
      broken = breaksConnection(error);
      throw error;
    } finally {
      this.inUse.delete(client);
      client.release(broken);
    }
  }

  // The pool listens to a connection only while it is idle. One that breaks between two statements of a
  // transaction would raise an unhandled 'error' event, which ends the process; the next statement reports it.
  private guard(client: pg.PoolClient): void {
    if (this.guarded.has(client)) return;
    this.guarded.add(client);
    client.on('error', () => undefined);
  }

  private onWatchdog(state: WatchdogState): void {
    if (state.up) {
      this.logger.warn('the database answers again');
      return;
    }
    this.logger.error(`the database is away: ${state.reason}`);
    for (const reject of this.waiting) reject(databaseDown());
    // Their queries would wait for a server that does not answer.
    for (const client of this.inUse) destroySocket(client);
  }
}

export const databaseDown = () =>
  new DomainError('unavailable', 'database_unavailable', 'The database is not available', {
    retryAfterSeconds: 1,
  });

/** One transaction on this connection. Throws what the driver threw. */
export async function runTransaction<T>(
  client: pg.ClientBase,
  options: TransactionOptions,
  statementTimeoutMs: Readonly<Record<WorkClass, number>>,
  run: (tx: QueryRunner) => Promise<T>,
): Promise<T> {
  await client.query(beginText(options, statementTimeoutMs));
  try {
    const result = await run({ query: (statement) => send(client, statement) });
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A connection that cannot roll back is closed by its release, which rolls back too.
    if (!breaksConnection(error)) await client.query('ROLLBACK');
    throw error;
  }
}

function beginText(
  { work = 'interactive', snapshot = false, readOnly = false }: TransactionOptions,
  statementTimeoutMs: Readonly<Record<WorkClass, number>>,
): string {
  const isolation = snapshot ? 'REPEATABLE READ' : 'READ COMMITTED';
  const access = readOnly ? 'READ ONLY' : 'READ WRITE';
  // SET LOCAL ends with the transaction, so it also holds behind a transaction-mode pooler.
  return `BEGIN ISOLATION LEVEL ${isolation} ${access}; SET LOCAL statement_timeout = ${statementTimeoutMs[work]}`;
}

/** One statement on this connection, which has the options of connectionOptions. Throws what the driver threw. */
export async function send<Row>(client: pg.ClientBase, statement: Sql<Row>): Promise<Row[]> {
  const { name, text, values, isPlannedByValues = false } = statement;
  if (isPlannedByValues) return sendPlannedByValues(client, statement);
  const result = await client.query({ ...(name === '' ? {} : { name }), text, values: [...values] });
  return result.rows as Row[];
}

// plan_cache_mode holds for a statement without a name too. A transaction that has failed takes its SET back by itself.
async function sendPlannedByValues<Row>(client: pg.ClientBase, { text, values }: Sql<Row>): Promise<Row[]> {
  await client.query('SET plan_cache_mode = force_custom_plan');
  try {
    return (await client.query({ text, values: [...values] })).rows as Row[];
  } finally {
    await client.query('RESET plan_cache_mode').catch(() => undefined);
  }
}

/** Runs statements whose best plan depends on their values, such as those that read a tenant's whole history. */
export const planningByValues = (runner: QueryRunner): QueryRunner => ({
  query: (statement) => runner.query({ ...statement, isPlannedByValues: true }),
});
