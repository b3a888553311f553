import { setTimeout as delay } from 'node:timers/promises';
import {
  DataSource,
  QueryRunnerAlreadyReleasedError,
  type DataSourceOptions,
  type Logger,
  type QueryRunner,
} from 'typeorm';
import type { MigrationLog } from './settings.js';

export type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

const CONNECT_TIMEOUT_MS = 10_000;
const WAIT_MESSAGE_EVERY_MS = 10_000;
// Servers that are not on Linux or the like know only 0.
const CHECK_CLIENT_EVERY = '2s';
// 'EHMG' as a number, 1: a pair that nothing else in this database locks.
const LOCK_KEY = { classId: 1_162_366_279, objectId: 1 };

/**
 * refused: nothing was begun, and will not be until what the message says is done; busy: another runner is at work;
 * interrupted: asked to stop, to go on with the next run; failed: all else.
 */
export type MigrationErrorKind = 'failed' | 'refused' | 'busy' | 'interrupted';

/** Its message is complete and free of secrets: fit to be shown as it is. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly kind: MigrationErrorKind;
  constructor(
    message: string,
    { kind = 'failed', ...options }: ErrorOptions & { kind?: MigrationErrorKind } = {},
  ) {
    super(message, options);
    this.kind = kind;
  }
}

/** A session on the database, closed afterwards. Throws MigrationError when there is no connection. */
export async function withSession<T>(
  options: PostgresOptions,
  log: MigrationLog,
  onStatement: (sql: string) => void,
  work: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const extra = {
    application_name: 'ethhook-admin migrations',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...(options.extra as object | undefined),
  };
  const dataSource = new DataSource({ ...options, logger: forwardTo(log, onStatement), extra });
  try {
    await dataSource.initialize();
  } catch (error) {
    // No cause: an invalid URL's error carries the URL, and with it the password.
    throw new MigrationError(`cannot connect to the database: ${explain(error)}`);
  }
  const runner = dataSource.createQueryRunner();
  try {
    // A runner that was killed must not leave its statement at work, and its lock held, for hours.
    await runner
      .query(`SET client_connection_check_interval = '${CHECK_CLIENT_EVERY}'`)
      .catch(() => undefined);
    return await work(runner);
  } catch (error) {
    throw error instanceof MigrationError ? error : new MigrationError(explain(error), { cause: error });
  } finally {
    await runner.release();
    await dataSource.destroy();
  }
}

/**
 * Runs `work` while no other runner does. The lock belongs to the session that migrates: should this process
 * die, the lock outlives it exactly as long as the statement it had begun. It is polled for, since a session
 * that waits in pg_advisory_lock holds a snapshot that CREATE INDEX CONCURRENTLY waits for: a deadlock.
 */
export async function withMigrationLock<T>(
  runner: QueryRunner,
  log: MigrationLog,
  limits: { lockWaitMs: number; pollMs: number; signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  const { classId, objectId } = LOCK_KEY;
  const startedAt = performance.now();
  let nextMessageAt = startedAt;
  while (!(await isTrue(runner, `SELECT pg_try_advisory_lock(${classId}, ${objectId}) AS "yes"`))) {
    const now = performance.now();
    if (now - startedAt >= limits.lockWaitMs)
      throw new MigrationError(
        `another migration run is still at work (${await otherRunner(runner)}); ` +
          `gave up after ${Math.round(limits.lockWaitMs / 1000)} s`,
        { kind: 'busy' },
      );
    if (now >= nextMessageAt) {
      log(`waiting for another migration run (${await otherRunner(runner)})`);
      nextMessageAt = now + WAIT_MESSAGE_EVERY_MS;
    }
    if (limits.signal.aborted)
      throw new MigrationError('interrupted while it waited for another migration run; nothing was changed', {
        kind: 'interrupted',
      });
    await delay(limits.pollMs);
  }
  try {
    await refusePooler(runner);
    return await work();
  } finally {
    // A lost connection has released it already, and its own error is the one to show.
    await runner.query(`SELECT pg_advisory_unlock(${classId}, ${objectId})`).catch(() => undefined);
  }
}

/** A pooler in transaction mode hands each statement to whichever session is free: the lock would stay behind in one. */
async function refusePooler(runner: QueryRunner): Promise<void> {
  const held = `SELECT EXISTS (SELECT FROM pg_locks l
    WHERE l.pid = pg_backend_pid() AND l.locktype = 'advisory' AND l.classid = ${LOCK_KEY.classId}) AS "yes"`;
  if (!(await isTrue(runner, held)))
    throw new MigrationError(
      'the connection does not stay in one session, as behind PgBouncer in transaction mode: give the address of ' +
        'PostgreSQL itself in DATABASE_URL',
      { kind: 'refused' },
    );
}

async function isTrue(runner: QueryRunner, text: string): Promise<boolean> {
  const rows = (await runner.query(text)) as { yes: boolean }[];
  return rows[0]?.yes === true;
}

const otherRunner = async (runner: QueryRunner) => (await lockHolder(runner)) ?? 'just finished';

/** null: no migration run is at work. */
export async function lockHolder(runner: QueryRunner): Promise<string | null> {
  const rows = (await runner.query(
    `SELECT format('backend %s on %s', l.pid, coalesce(a.client_addr::text, 'this host')) AS "holder"
       FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        AND l.classid = ${LOCK_KEY.classId} AND l.objid = ${LOCK_KEY.objectId}`,
  )) as { holder: string }[];
  return rows[0]?.holder ?? null;
}

/** PostgreSQL's message with its detail and hint; every address's error when no address answered. */
export function explain(error: unknown): string {
  if (error instanceof AggregateError)
    return error.errors.map((one: unknown) => (one as Error).message).join(', ');
  // TypeORM's word for a statement after the server went away.
  if (error instanceof QueryRunnerAlreadyReleasedError) return 'the connection to the database was lost';
  const { message, detail, hint } = error as Error & { detail?: string; hint?: string };
  return [message, detail, hint && `hint: ${hint}`].filter(Boolean).join(' — ');
}

const ignore = () => undefined;
// Migrations speak through logMigration; the rest of TypeORM's log repeats what the runner says.
const forwardTo = (log: MigrationLog, onStatement: (sql: string) => void): Logger => ({
  logQuery: onStatement,
  logQueryError: ignore,
  logQuerySlow: ignore,
  logSchemaBuild: ignore,
  logMigration: (message) => log(message),
  log: (level, message) => (level === 'warn' ? log(String(message)) : undefined),
});
