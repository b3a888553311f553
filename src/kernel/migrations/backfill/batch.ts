import type { QueryRunner } from 'typeorm';
import { contextOf, type BackfillSettings } from '../settings.js';
import { nextBatchRows } from './batch-size.js';
import { recordBatch, resetBackfill, type BackfillState } from './journal.js';
import type { Walk } from './walk.js';
import type { BackfillDefinition } from './definition.js';

// Far above the target, so that it ends only what has gone wrong: a bad plan, a frozen disk.
const STATEMENT_TIMEOUT_TARGETS = 10;
const MIN_STATEMENT_TIMEOUT_MS = 1000;
// A stopped process would keep its rows locked; ending its session loses nothing.
const IDLE_TIMEOUT_MS = 10_000;

export interface BatchOutcome {
  state: BackfillState;
  written: number;
}

export const limitsOf = (runner: QueryRunner, { aggregate }: BackfillDefinition): BackfillSettings => {
  const { backfill } = contextOf(runner).settings;
  return aggregate === undefined ? backfill : { ...backfill, maxBatchRows: 1 };
};

/** The next rows by key, in one transaction with the cursor. null: there are none. Throws what PostgreSQL says. */
export async function runBatch(
  runner: QueryRunner,
  definition: BackfillDefinition,
  walk: Walk,
  state: BackfillState,
  batchRows: number,
  rowsPerSecond: number | null,
): Promise<BatchOutcome | null> {
  const limits = limitsOf(runner, definition);
  // Said, since a database's default may be stricter: then each concurrent change would be a failure.
  await runner.startTransaction('READ COMMITTED');
  try {
    await limitTransaction(runner, definition);
    const range = await walk.next(runner, state, batchRows);
    const startedAt = performance.now();
    const written = range === null ? 0 : await update(runner, walk, state, range.boundary);
    const durationMs = performance.now() - startedAt;
    const next =
      range &&
      ((await walk.isIntact(runner, state))
        ? await recordBatch(runner, definition.name, state, {
            boundary: range.boundary,
            visited: range.rows,
            written,
            // The last one is small, which says nothing about its size.
            nextBatchRows:
              range.rows < batchRows / 2 ? batchRows : nextBatchRows(batchRows, durationMs, limits),
            rowsPerSecond,
          })
        : await beginAnew(runner, definition, walk));
    await runner.commitTransaction();
    return next && { state: next, written };
  } catch (error) {
    // The first error is the one to show; a lost connection has rolled back by itself.
    await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  }
}

/**
 * synchronous_commit is off because rows and cursor commit together, and WAL reaches the disk in order: a server that
 * crashes can lose the last batches only with their cursors. It spares a flush for each of thousands of batches.
 */
async function limitTransaction(runner: QueryRunner, { aggregate }: BackfillDefinition): Promise<void> {
  const { lockTimeoutMs, backfill } = contextOf(runner).settings;
  const statementTimeoutMs =
    aggregate?.timeoutMs ??
    Math.max(backfill.targetBatchMs * STATEMENT_TIMEOUT_TARGETS, MIN_STATEMENT_TIMEOUT_MS);
  await runner.query(
    `SELECT set_config('lock_timeout', '${lockTimeoutMs}ms', true),
            set_config('statement_timeout', '${statementTimeoutMs}ms', true),
            set_config('idle_in_transaction_session_timeout', '${IDLE_TIMEOUT_MS}ms', true),
            set_config('synchronous_commit', 'off', true)`,
  );
}

async function update(
  runner: QueryRunner,
  walk: Walk,
  state: BackfillState,
  boundary: string,
): Promise<number> {
  const { sql, parameters } = walk.batch(state, boundary);
  const { affected } = await runner.query(sql, parameters, true);
  return affected ?? 0;
}

/** In the transaction of the batch that found it out, whose rows are right all the same. */
async function beginAnew(
  runner: QueryRunner,
  { name, table }: BackfillDefinition,
  walk: Walk,
): Promise<BackfillState> {
  contextOf(runner).log(`${name}: ${table} was rewritten meanwhile: begins anew`);
  return resetBackfill(runner, name, await walk.findEnd(runner));
}
