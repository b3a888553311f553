import pg from 'pg';
import type { AppConfig } from '../config/config.js';
import { connectionOptions } from './connection.js';
import { breaksConnection, toDomainError } from './database-error.js';
import { destroySocket } from './destroy-socket.js';
import type { Sql } from './sql.js';
import type { StatementErrors } from './statement-errors.js';
import type { DatabaseWatchdog } from './watchdog.js';
import { Wire, type QueryRunner, type TransactionOptions, type WorkClass } from './wire.js';

const LOCK_TIMEOUT_MS = 5000;
/**
 * After so long without a statement the server ends the session, and with it its locks and transaction: a process that
 * is frozen, or cut off without a word, holds them no longer than that.
 */
export const SESSION_IDLE_TIMEOUT_MS = 10_000;
const CLIENT_CHECK_INTERVAL_MS = 1000;
const CLOSE_TIMEOUT_MS = 500;

/**
 * One connection outside the pool, for work that needs the same session throughout. It throws DomainErrors, as Database
 * does; statements have the background time-out. Once lost it stays lost.
 */
export class DedicatedSession implements QueryRunner {
  private readonly lostController = new AbortController();
  private readonly wire: Wire;

  constructor(
    private readonly client: pg.Client,
    statementTimeoutMs: Readonly<Record<WorkClass, number>>,
    onEnd: (session: DedicatedSession) => void,
    errors?: StatementErrors,
  ) {
    this.wire = new Wire(statementTimeoutMs, 'none', errors);
    // Without a listener a connection that breaks between two statements would end the process.
    client.on('error', () => undefined);
    client.once('end', () => {
      this.lostController.abort(new Error('the database session has ended'));
      onEnd(this);
    });
  }

  /** Aborted when the connection is gone. */
  get lost(): AbortSignal {
    return this.lostController.signal;
  }

  /** Of whoever answered when it connected: where that is not the backend's, there is a pooler in between. */
  get processId(): number {
    return (this.client as unknown as { processID: number }).processID;
  }

  async query<Row>(statement: Sql<Row>): Promise<Row[]> {
    try {
      return await this.wire.query(this.client, statement);
    } catch (error) {
      throw toDomainError(error);
    }
  }

  /** All of `run` in one transaction; rolled back when it throws. */
  async transaction<T>(options: TransactionOptions, run: (tx: QueryRunner) => Promise<T>): Promise<T> {
    try {
      return await this.wire.transaction(this.client, { work: 'background', ...options }, run);
    } catch (error) {
      // It may still be inside its transaction.
      if (breaksConnection(error)) this.destroy();
      throw toDomainError(error);
    }
  }

  /** Bounded: a server that does not answer is not waited for. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.destroy(), CLOSE_TIMEOUT_MS);
    await this.client.end().catch(() => undefined);
    clearTimeout(timer);
  }

  /** At once; what runs on it fails. */
  destroy(): void {
    destroySocket(this.client);
  }
}

/** Opens dedicated sessions, and ends them when the watchdog finds the database away. */
export class DedicatedSessions {
  private readonly open = new Set<DedicatedSession>();

  constructor(
    private readonly config: AppConfig,
    watchdog: DatabaseWatchdog,
    private readonly errors?: StatementErrors,
  ) {
    watchdog.onChange(({ up }) => {
      if (!up) for (const session of this.open) session.destroy();
    });
  }

  /**
   * `purpose` is seen in pg_stat_activity, as `ethhook-admin <purpose>`; `url` is of a replica, when it is to be one.
   * Throws 503 when it cannot connect.
   */
  async connect(purpose: string, url?: string): Promise<DedicatedSession> {
    const { statementTimeoutMs, acquireTimeoutMs } = this.config.database;
    const client = new pg.Client({
      ...dedicatedOptions(this.config, `ethhook-admin ${purpose}`),
      ...(url === undefined ? {} : { connectionString: url }),
      connectionTimeoutMillis: acquireTimeoutMs,
    });
    const forget = (ended: DedicatedSession) => this.open.delete(ended);
    const session = new DedicatedSession(client, statementTimeoutMs, forget, this.errors);
    this.open.add(session);
    try {
      await client.connect();
      // Not a start-up option: some platforms cannot, and would refuse the connection.
      await client
        .query(`SET client_connection_check_interval = ${CLIENT_CHECK_INTERVAL_MS}`)
        .catch(() => undefined);
    } catch (error) {
      this.open.delete(session);
      session.destroy();
      throw toDomainError(error);
    }
    return session;
  }
}

function dedicatedOptions(config: AppConfig, applicationName: string) {
  const options = connectionOptions(config, applicationName);
  return {
    ...options,
    statement_timeout: config.database.statementTimeoutMs.background,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: SESSION_IDLE_TIMEOUT_MS,
    options: `${options.options} -c idle_session_timeout=${SESSION_IDLE_TIMEOUT_MS}`,
  } satisfies pg.ClientConfig;
}
