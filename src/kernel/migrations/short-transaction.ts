import { setTimeout as delay } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { sqlState } from '../database/database-error.js';
import { explain } from './session.js';
import { contextOf } from './settings.js';

// After these nothing of the transaction is left, so it can be tried again.
const lockConflicts = new Set(['55P03', '40P01']);
const FIRST_BACK_OFF_MS = 250;
const MAX_BACK_OFF_MS = 5000;

/**
 * Runs `steps` in a transaction that waits for each lock only briefly, since everybody else's statements queue up
 * behind the one that waits, and tries again, with back-off, until it gets them. Throws what `steps` throws, and the
 * last lock conflict after settings.attempts tries.
 */
export async function inShortTransaction(runner: QueryRunner, steps: () => Promise<void>): Promise<void> {
  const { settings, log, migration, signal } = contextOf(runner);
  for (let attempt = 1; ; attempt++) {
    try {
      await setTimeouts(runner, settings);
      await inTransaction(runner, steps);
      return await setTimeouts(runner, { lockTimeoutMs: 0 });
    } catch (error) {
      if (signal.aborted || attempt >= settings.attempts || !lockConflicts.has(sqlState(error) ?? ''))
        throw error;
      log(`${migration}: ${explain(error)}; attempt ${attempt} of ${settings.attempts}`);
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
export const setTimeouts = (runner: QueryRunner, { lockTimeoutMs }: { lockTimeoutMs: number }) =>
  runner.query(
    `SELECT set_config('lock_timeout', '${lockTimeoutMs}ms', false), set_config('statement_timeout', '0', false),
            set_config('idle_in_transaction_session_timeout', '0', false)`,
  ) as Promise<void>;

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
