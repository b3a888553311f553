import { Logger } from '@nestjs/common';
import { DomainError } from '../errors/domain-error.js';
import { breaksConnection, isStalePlan } from './database-error.js';
import type { ConnectionPool } from './pools/connection-pool.js';
import type { Lane } from './pools/admission.js';
import { parseWalPosition } from './replicas/wal-position.js';
import { requestContext } from './request-context.js';
import { sql, type Sql } from './sql.js';
import type { DatabaseWatchdog, WatchdogState } from './watchdog.js';
import type { QueryRunner, TransactionOptions, Wire } from './wire.js';

export { planningByValues, type QueryRunner, type TransactionOptions, type WorkClass } from './wire.js';

export interface PrimaryPools {
  readonly read: ConnectionPool;
  readonly write: ConnectionPool;
}

/** The primary: what writes, and what must see all that is written. */
export class Database implements QueryRunner {
  private readonly logger = new Logger(Database.name);

  constructor(
    private readonly pools: PrimaryPools,
    private readonly wire: Wire,
    private readonly watchdog: DatabaseWatchdog,
  ) {
    watchdog.onChange((state) => this.onWatchdog(state));
  }

  /** For what nobody waits for: it takes a share of the connections only, and they are given to requests first. */
  readonly background: QueryRunner = { query: (statement) => this.read('background', statement) };

  /** Requests that no connection of a pool is free for. */
  get waitingForConnection(): number {
    return this.pools.read.figures().waiting + this.pools.write.figures().waiting;
  }

  /** Whether the server answers, asked now. */
  check(): Promise<WatchdogState> {
    return this.watchdog.check();
  }

  /** One statement that reads, in its own transaction, under the interactive time-out. */
  query<Row>(statement: Sql<Row>): Promise<Row[]> {
    return this.read('interactive', statement);
  }

  /** All of `run` in one transaction; rolled back when it throws. */
  async transaction<T>(options: TransactionOptions, run: (tx: QueryRunner) => Promise<T>): Promise<T> {
    this.assertUp();
    const { work = 'interactive', readOnly = false } = options;
    const lane = work === 'interactive' ? work : 'background';
    const pool = readOnly ? this.pools.read : this.pools.write;
    const context = readOnly ? undefined : requestContext.getStore()?.reads;
    return pool.use(lane, async (client) => {
      const result = await this.wire.transaction(client, options, run).catch((error: unknown) => {
        // At COMMIT it may have been done all the same.
        if (breaksConnection(error)) context?.onWritten(null);
        throw error;
      });
      // What cannot be asked stays unknown: the work is done.
      const [end] = context === undefined ? [] : await this.wire.query(client, endOfLog).catch(() => []);
      context?.onWritten(end === undefined ? null : parseWalPosition(end.position));
      return result;
    });
  }

  private async read<Row>(lane: Lane, statement: Sql<Row>): Promise<Row[]> {
    this.assertUp();
    const { read } = this.pools;
    try {
      return await read.use(lane, (client) => this.wire.query(client, statement));
    } catch (error) {
      if (!(error instanceof DomainError) || !isStalePlan(error.cause)) throw error;
      // The connection with the stale plan is gone by now; the next one may hold one too, so: unnamed.
      return read.use(lane, (client) => this.wire.query(client, { ...statement, name: '' }));
    }
  }

  private assertUp(): void {
    if (!this.watchdog.state.up) throw databaseDown();
  }

  private onWatchdog(state: WatchdogState): void {
    if (state.up) {
      this.logger.warn('the database answers again');
      return;
    }
    this.logger.error(`the database is away: ${state.reason}`);
    for (const pool of [this.pools.read, this.pools.write]) pool.abandon(databaseDown());
  }
}

// After the COMMIT, so it is behind the transaction's own end. Not the flushed end: a commit need not wait for the disk.
const endOfLog = sql<{ position: string }>('kernel.read-end-of-log')`
  SELECT pg_current_wal_insert_lsn() AS "position"`;

export const databaseDown = () =>
  new DomainError('unavailable', 'database_unavailable', 'The database is not available', {
    retryAfterSeconds: 1,
  });
