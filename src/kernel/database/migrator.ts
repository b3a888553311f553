import { setTimeout as delay } from 'node:timers/promises';
import { MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import { sqlState } from './database-error.js';
import { createLedgerIfMissing, readLedger, type Query, type Row } from './migration-ledger.js';
import {
  explain,
  MigrationError,
  withMigrationLock,
  withSession,
  type MigrationLog,
  type PostgresOptions,
} from './migration-session.js';

export interface MigratorLimits {
  /** How long to wait for another runner to finish. */
  lockWaitMs: number;
  pollMs: number;
  /** How long a statement of a transaction waits for a table: what queues behind it waits as long. */
  lockTimeoutMs: number;
  /** How often a migration in a transaction is tried when it does not get its locks. */
  attempts: number;
}

const defaultLimits: MigratorLimits = { lockWaitMs: 300_000, pollMs: 250, lockTimeoutMs: 3000, attempts: 5 };
// After these nothing of the transaction is left, so it can be tried again.
const lockConflicts = new Set(['55P03', '40P01']);

/** Applies what is pending, oldest first; returns the names of what ran. Throws MigrationError. */
export function runMigrations(
  options: PostgresOptions,
  log: MigrationLog = console.log,
  limits: Partial<MigratorLimits> = {},
): Promise<string[]> {
  return exclusively(options, log, { ...defaultLimits, ...limits }, async (context) => {
    const { runner } = context;
    await createLedgerIfMissing(queryOf(runner));
    const executor = new MigrationExecutor(runner.dataSource, runner);
    const pending = await executor.getPendingMigrations();
    for (const migration of pending) {
      const { name, instance } = migration;
      if (instance === undefined) throw new MigrationError(`${name} has no code`);
      log(`applying ${name}`);
      await perform(context, name, instance, async () => {
        await instance.up(runner);
        await executor.insertMigration(migration);
      });
    }
    return pending.map(({ name }) => name);
  });
}

/** Reverts what ran last; returns its name, or null when nothing has run. Throws MigrationError. */
export function revertLastMigration(
  options: PostgresOptions,
  log: MigrationLog = console.log,
  limits: Partial<MigratorLimits> = {},
): Promise<string | null> {
  return exclusively(options, log, { ...defaultLimits, ...limits }, async (context) => {
    const { runner } = context;
    const executor = new MigrationExecutor(runner.dataSource, runner);
    const [last] = await executor.getExecutedMigrations();
    if (last === undefined) return null;
    const instance = runner.dataSource.migrations.find((candidate) => nameOf(candidate) === last.name);
    if (instance === undefined)
      throw new MigrationError(
        `${last.name} was applied by another version of this program: revert it there`,
      );
    log(`reverting ${last.name}`);
    await perform(context, last.name, instance, async () => {
      await instance.down(runner);
      await executor.deleteMigration(last);
    });
    return last.name;
  });
}

export interface ListedMigration {
  name: string;
  executed: boolean;
  /** null: not executed, or recorded by TypeORM's own command line, which keeps no time. */
  executedAt: Date | null;
  /** false: executed by another version of this program. */
  known: boolean;
}

/** What has run, in that order, then what is pending. Writes nothing. Throws MigrationError. */
export function listMigrations(options: PostgresOptions): Promise<ListedMigration[]> {
  return withSession(options, console.log, async (runner) => {
    const known = runner.dataSource.migrations.map(nameOf);
    const executed = await readLedger(queryOf(runner));
    const pending = known.filter((name) => executed.every((entry) => entry.name !== name));
    return [
      ...executed.map((entry) => ({ ...entry, executed: true, known: known.includes(entry.name) })),
      ...pending.map((name) => ({ name, executed: false, executedAt: null, known: true })),
    ];
  });
}

/** For the gate at start-up: reads only, and needs no right but SELECT on the ledger. */
export async function pendingMigrations(
  known: readonly string[],
  query: Query,
): Promise<{ pending: string[]; unknown: string[] }> {
  const executed = (await readLedger(query)).map(({ name }) => name);
  return {
    pending: known.filter((name) => !executed.includes(name)),
    unknown: executed.filter((name) => !known.includes(name)),
  };
}

interface Context {
  runner: QueryRunner;
  log: MigrationLog;
  limits: MigratorLimits;
}

const exclusively = <T>(
  options: PostgresOptions,
  log: MigrationLog,
  limits: MigratorLimits,
  work: (context: Context) => Promise<T>,
): Promise<T> =>
  withSession(options, log, (runner) =>
    withMigrationLock(runner, log, limits, () => work({ runner, log, limits })),
  );

/** One migration, up or down, in a transaction unless its own flag says otherwise: TypeORM's revert ignores it. */
async function perform(
  { runner, log, limits }: Context,
  name: string,
  { transaction = true }: MigrationInterface,
  steps: () => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      await setTimeouts(runner, transaction ? limits.lockTimeoutMs : 0);
      await (transaction ? inTransaction(runner, steps) : steps());
      break;
    } catch (error) {
      const again = transaction && attempt < limits.attempts && lockConflicts.has(sqlState(error) ?? '');
      if (!again) throw new MigrationError(`${name} failed: ${explain(error)}`, { cause: error });
      log(`${name}: ${explain(error)}; attempt ${attempt} of ${limits.attempts}`);
      // What holds the lock, and what has queued behind us, goes first.
      await delay(attempt * 500);
    }
  }
  log(`done in ${Math.round(performance.now() - startedAt)} ms`);
}

// Anew before each migration, which may have set its own. Outside a transaction stands CREATE INDEX
// CONCURRENTLY, which a lock time-out would end with an invalid index, and whose lock stops no reader or writer.
const setTimeouts = (runner: QueryRunner, lockTimeoutMs: number) =>
  runner.query(
    `SELECT set_config('lock_timeout', '${lockTimeoutMs}ms', false), set_config('statement_timeout', '0', false),
            set_config('idle_in_transaction_session_timeout', '0', false)`,
  );

async function inTransaction(runner: QueryRunner, steps: () => Promise<void>): Promise<void> {
  await runner.startTransaction();
  try {
    await steps();
    await runner.commitTransaction();
  } catch (error) {
    // The first error is the one to show; a lost connection has rolled back by itself.
    await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  }
}

const nameOf = (migration: MigrationInterface) => migration.name ?? migration.constructor.name;
const queryOf =
  (runner: QueryRunner): Query =>
  (text) =>
    runner.query(text) as Promise<Row[]>;
