import { setTimeout as delay } from 'node:timers/promises';
import type { QueryRunner } from '../../../kernel/database/database.js';
import { DomainError } from '../../../kernel/errors/domain-error.js';
import type { JobContext } from '../../../kernel/tasks/job.js';
import { AutovacuumRepository } from './autovacuum.repository.js';
import type { TableRow } from './queries/list-tables.sql.js';

// Below deadlock_timeout, after which an autovacuum of the table would be ended for us: it goes first.
const LOCK_TIMEOUT_MS = 500;
const TRIES = 5;
const FIRST_BACK_OFF_MS = 250;
const conflicts = new Set(['lock_timeout', 'transaction_conflict']);

/** Whether somebody else had the table. */
export const isLockConflict = (error: unknown): boolean =>
  error instanceof DomainError && conflicts.has(error.code);

/** `run` in a transaction that has the lock of ALTER TABLE … SET. Tries again, with back-off; throws 503 lock_timeout. */
export async function withTableLocked<T>(
  context: JobContext,
  table: TableRow,
  run: (tx: QueryRunner) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    context.signal.throwIfAborted();
    try {
      return await context.transaction({ work: 'background' }, async (tx) => {
        await new AutovacuumRepository(tx).lock(table, LOCK_TIMEOUT_MS);
        return run(tx);
      });
    } catch (error) {
      if (attempt === TRIES || !isLockConflict(error)) throw error;
    }
    await delay(FIRST_BACK_OFF_MS * 2 ** (attempt - 1), undefined, { signal: context.signal });
  }
}
