import { setTimeout as delay } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { sqlState } from '../database/database-error.js';
import { watchLockHolders } from './lock-holders.js';
import { explain, MigrationError } from './session.js';
import { contextOf } from './settings.js';

// After these nothing of the transaction is left, so it can be tried again.
const lockConflicts = new Set(['55P03', '40P01']);
// Of the lock time-out: late enough to see a wait that lasts, early enough for the answer.
const LOOK_AFTER = 0.6;
const FIRST_BACK_OFF_MS = 250;
const MAX_BACK_OFF_MS = 5000;

/**
 * Runs `steps` in a transaction that waits for each lock only briefly, since everybody else's statements queue up
 * behind the one that waits, and tries again, with back-off, until it gets them; says who holds them. Throws what `steps`
 * throws, and MigrationError after settings.attempts tries.
 */
export async function inShortTransaction(runner: QueryRunner, steps: () => Promise<void>): Promise<void> {
  const { settings, log, migration, signal } = contextOf(runner);
  for (let attempt = 1; ; attempt++) {
    const pid = await setTimeouts(runner, settings);
    const holders = watchLockHolders(runner, pid, settings.lockTimeoutMs * LOOK_AFTER);
    try {
      await inTransaction(runner, steps);
      await setTimeouts(runner, { lockTimeoutMs: 0 });
      return;
    } catch (error) {
      if (signal.aborted || !lockConflicts.has(sqlState(error) ?? '')) throw error;
      const what = holders.seen === null ? explain(error) : `${explain(error)}, held by ${holders.seen}`;
      if (attempt >= settings.attempts)
        throw new MigrationError(`${what}, ${attempt} times in a row: end it, and run again`, {
          cause: error,
        });
      log(`${migration}: ${what}; attempt ${attempt} of ${settings.attempts}`);
    } finally {
      holders.stop();
    }
    // What holds the lock, and what has queued behind us, goes first.
    await delay(backOffMs(attempt), undefined, { signal });
  }
}

/** The same for statements: one round of locks. */
export const briefly = (runner: QueryRunner, ...statements: string[]): Promise<void> =>
  inShortTransaction(runner, async () => {
    for (const statement of statements) await runner.query(statement);
  });

// Anew each time, since a migration may have set its own. Without a lock time-out, outside a transaction, stands
// CREATE INDEX CONCURRENTLY, which it would end with an invalid index, and whose lock stops no reader or writer.
/** Returns the session's pid. */
export async function setTimeouts(
  runner: QueryRunner,
  { lockTimeoutMs }: { lockTimeoutMs: number },
): Promise<number> {
  const [session] = (await runner.query(
    `SELECT pg_backend_pid() AS "pid", set_config('lock_timeout', '${lockTimeoutMs}ms', false), set_config('statement_timeout', '0', false),
            set_config('idle_in_transaction_session_timeout', '0', false)`,
  )) as { pid: number }[];
  return session?.pid ?? 0;
}

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

// Half of it by chance, so as not to meet the same periodic work each time.
const backOffMs = (attempt: number) =>
  Math.min(FIRST_BACK_OFF_MS * 2 ** (attempt - 1), MAX_BACK_OFF_MS) * (0.5 + Math.random() / 2);
