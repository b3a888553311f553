import { MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import { inShortTransaction, setTimeouts } from './short-transaction.js';
import { refuseTooLittleDisk } from './disk.js';
import { begunMigrations, forgetRecorded, recordBegin } from './journal.js';
import { createLedgerIfMissing, readLedger, type Query, type Row } from './ledger.js';
import { refuseUnfit } from './preflight.js';
import { explain, MigrationError, withMigrationLock, withSession, type PostgresOptions } from './session.js';
import { defaultSettings, setContext, type MigrationLog, type MigrationSettings } from './settings.js';

/** What a caller may set beside the options of the connection. */
export interface RunOptions extends Partial<MigrationSettings> {
  /** Called with each statement before it is sent. */
  onStatement?: (sql: string, migration: string) => void;
  /** The line that shows what is under way. */
  progress?: (line: string | null) => void;
  signal?: AbortSignal;
}

/** Applies what is pending, oldest first; returns the names of what ran. Throws MigrationError. */
export function runMigrations(
  options: PostgresOptions,
  log: MigrationLog = console.log,
  run: RunOptions = {},
): Promise<string[]> {
  return exclusively(options, log, run, async (context) => {
    const { runner } = context;
    await refuseUnfit(runner);
    await createLedgerIfMissing(queryOf(runner));
    const executor = new MigrationExecutor(runner.dataSource, runner);
    const pending = await executor.getPendingMigrations();
    if (pending.length > 0) await refuseTooLittleDisk(runner, options);
    for (const migration of pending) {
      if (context.signal.aborted) throw interrupted();
      const { name, instance } = migration;
      if (instance === undefined) throw new MigrationError(`${name} has no code`);
      log(`applying ${name}`);
      await perform(context, name, instance, async () => {
        if (instance.transaction === false) await recordBegin(runner);
        await instance.up(runner);
        await executor.insertMigration(migration);
      });
    }
    return pending.map(({ name }) => name);
  });
}

/**
 * Reverts what ran last, or what was begun and not finished; returns its name, or null when nothing has run. Throws
 * MigrationError.
 */
export function revertLastMigration(
  options: PostgresOptions,
  log: MigrationLog = console.log,
  run: RunOptions = {},
): Promise<string | null> {
  return exclusively(options, log, run, async (context) => {
    const { runner } = context;
    const executor = new MigrationExecutor(runner.dataSource, runner);
    const target = (await begunOnly(runner, executor)) ?? (await executor.getExecutedMigrations())[0];
    if (target === undefined) return null;
    const { name } = target;
    const instance = runner.dataSource.migrations.find((candidate) => nameOf(candidate) === name);
    if (instance === undefined)
      throw new MigrationError(`${name} was applied by another version of this program: revert it there`, {
        kind: 'refused',
      });
    log(`reverting ${name}`);
    const strike = () => executor.deleteMigration(target);
    await perform(context, name, instance, async () => {
      // First, since half reverted it is not applied: the next run completes it, or the next revert.
      if (instance.transaction === false)
        await inShortTransaction(runner, () => recordBegin(runner).then(strike));
      await instance.down(runner);
      await forgetRecorded(runner);
      if (instance.transaction !== false) await strike();
    });
    return name;
  });
}

const begunOnly = async (runner: QueryRunner, executor: MigrationExecutor) => {
  const begun = await begunMigrations(runner);
  if (begun.length === 0) return undefined;
  return (await executor.getPendingMigrations()).find(({ name }) => begun.includes(name));
};

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
  signal: AbortSignal;
  /** Tells what is called by a migration how to behave, and which migration it is. */
  begin: (migration: string) => void;
}

const exclusively = <T>(
  options: PostgresOptions,
  log: MigrationLog,
  { onStatement, progress, signal = new AbortController().signal, ...given }: RunOptions,
  work: (context: Context) => Promise<T>,
): Promise<T> => {
  const settings = { ...defaultSettings, ...given };
  let current = '';
  const observe = (sql: string) => onStatement?.(sql, current);
  return withSession(options, log, observe, (runner) => {
    const begin = (migration: string) => {
      current = migration;
      setContext(runner, {
        settings,
        log,
        progress: progress ?? (() => undefined),
        signal,
        migration,
        rehearsal: null,
      });
    };
    begin('');
    return withMigrationLock(runner, log, { ...settings, signal }, () =>
      endingStatementOn(signal, runner, () => work({ runner, log, signal, begin })),
    );
  });
};

/** One migration, up or down, in a transaction unless its own flag says otherwise: TypeORM's revert ignores it. */
async function perform(
  context: Context,
  name: string,
  { transaction = true }: MigrationInterface,
  steps: () => Promise<void>,
): Promise<void> {
  const { runner, log, begin } = context;
  const startedAt = performance.now();
  begin(name);
  try {
    if (transaction) await inShortTransaction(runner, steps);
    else {
      await setTimeouts(runner, { lockTimeoutMs: 0 });
      await steps();
    }
  } catch (error) {
    const kind = error instanceof MigrationError ? error.kind : 'failed';
    if (context.signal.aborted && kind === 'failed') throw interrupted(name, error);
    throw new MigrationError(`${name} ${kind}: ${explain(error)}`, { kind, cause: error });
  } finally {
    begin('');
  }
  log(`done in ${Math.round(performance.now() - startedAt)} ms`);
}

const interrupted = (name = 'the run', cause?: unknown) =>
  new MigrationError(`${name} was interrupted: run again to go on from there`, {
    kind: 'interrupted',
    cause,
  });

/** Cancels what the session is at when `signal` fires: an index build would go on for hours. */
async function endingStatementOn<T>(
  signal: AbortSignal,
  runner: QueryRunner,
  work: () => Promise<T>,
): Promise<T> {
  const [{ pid } = { pid: 0 }] = (await runner.query('SELECT pg_backend_pid() AS "pid"')) as {
    pid: number;
  }[];
  const cancel = () =>
    void runner.dataSource.query('SELECT pg_cancel_backend($1)', [pid]).catch(() => undefined);
  signal.addEventListener('abort', cancel);
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

const nameOf = (migration: MigrationInterface) => migration.name ?? migration.constructor.name;
const queryOf =
  (runner: QueryRunner): Query =>
  (text) =>
    runner.query(text) as Promise<Row[]>;
