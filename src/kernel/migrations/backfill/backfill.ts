import type { QueryRunner } from 'typeorm';
import { explain, MigrationError } from '../session.js';
import { contextOf } from '../settings.js';
import { limitsOf } from './batch.js';
import { bounded } from './batch-size.js';
import { HEAP_ORDER, type BackfillDefinition } from './definition.js';
import { heapWalk } from './heap-walk.js';
import { keyWalk } from './key-walk.js';
import { estimateRows } from './estimate.js';
import { findBackfill, insertBackfill, recordState, type BackfillState } from './journal.js';
import { blindSpot } from './pressure.js';
import { grouped, percentOf } from './progress.js';
import { BackfillRun, interrupted } from './run.js';
import { unvacuumedRows, vacuumStatement } from './vacuum.js';
import type { Walk } from './walk.js';

export { HEAP_ORDER, type BackfillDefinition } from './definition.js';
export { forgetBackfill } from './journal.js';

/**
 * Runs a backfill to its end, or goes on with one that was interrupted; does nothing once it is done. Rows inserted
 * meanwhile are not its own: a trigger fills them. For a migration with `transaction = false`. Throws MigrationError.
 */
export async function backfill(runner: QueryRunner, definition: BackfillDefinition): Promise<void> {
  const { name } = definition;
  const walk = definition.key === HEAP_ORDER ? heapWalk(definition) : keyWalk(definition);
  const context = contextOf(runner);
  if (context.rehearsal !== null) return rehearse(runner, definition);
  if (runner.isTransactionActive)
    throw new MigrationError(
      `backfill ${name}: it commits batch by batch, so its migration needs transaction = false`,
    );
  let run: BackfillRun | null = null;
  try {
    const state = await startOrResume(runner, definition, walk);
    if (state.state === 'done') return;
    const blind = await blindSpot(runner);
    if (blind !== null) context.log(`${name}: ${blind}`);
    const unvacuumed = await unvacuumedRows(runner, definition.table, state.rowsWritten);
    run = new BackfillRun(runner, definition, walk, state, unvacuumed);
    await run.toTheEnd();
    const { rowsVisited, rowsWritten, batches } = run.state;
    context.log(
      `${name}: done, ${grouped(rowsVisited)} rows visited and ${grouped(rowsWritten)} written in ${grouped(batches)} batches`,
    );
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    throw context.signal.aborted ? interrupted(name, run?.state) : stopped(name, run?.state, error);
  } finally {
    context.progress(null);
  }
}

function stopped(name: string, state: BackfillState | undefined, error: unknown): MigrationError {
  const where = state === undefined ? '' : ` at ${percentOf(state).toFixed(1)} %`;
  return new MigrationError(
    `backfill ${name} stopped${where}: ${explain(error)}. What is done is kept: run again to go on from there`,
    { cause: error },
  );
}

async function startOrResume(
  runner: QueryRunner,
  definition: BackfillDefinition,
  walk: Walk,
): Promise<BackfillState> {
  const { settings, log } = contextOf(runner);
  const { name, table } = definition;
  const found = await findBackfill(runner, name);
  if (found?.state === 'done') return found;
  if (found !== null) {
    log(`${name}: goes on at ${percentOf(found).toFixed(1)} %`);
    return recordState(runner, name, 'running');
  }
  return insertBackfill(runner, definition, {
    endKey: await walk.findEnd(runner),
    rowsEstimated: await estimateRows(runner, table),
    batchRows: bounded(settings.backfill.firstBatchRows, limitsOf(runner, definition)),
  });
}

async function rehearse(runner: QueryRunner, definition: BackfillDefinition): Promise<void> {
  const { table, key, update, aggregate } = definition;
  const { settings, rehearsal } = contextOf(runner);
  const { targetBatchMs, maxBatchRows, vacuumEveryShare } = settings.backfill;
  if (aggregate !== undefined) {
    rehearsal?.statement(update, {
      note: `once for each ${key} of ${table}, each in a transaction of its own`,
    });
    return;
  }
  rehearsal?.statement(update, {
    note: `in batches ${key === HEAP_ORDER ? "of the heap's blocks" : `by ${key}`}, each a transaction of about ${targetBatchMs} ms and at most ${grouped(maxBatchRows)} rows`,
    rows: await estimateRows(runner, table),
  });
  rehearsal?.statement(vacuumStatement(table), {
    note: `between batches, whenever ${Math.round(vacuumEveryShare * 100)} % of the rows are written, and with ANALYZE at the end`,
  });
}
