import type { QueryRunner } from 'typeorm';
import { contextOf } from '../settings.js';
import { MigrationError } from '../session.js';
import { rowsOf } from './rows.js';
import type { BackfillDefinition } from './definition.js';

export const BACKFILLS_TABLE = 'public.ethhook_admin_backfills';

/** How far a backfill is: its row, which every batch changes in its own transaction. */
export interface BackfillState {
  state: 'running' | 'paused' | 'done';
  /** null: no batch is done yet. */
  lastKey: string | null;
  /** The end at the start, as the walk writes it: rows that come later are not ours. null: the table was empty. */
  endKey: string | null;
  rowsVisited: number;
  rowsWritten: number;
  rowsEstimated: number;
  batchRows: number;
  batches: number;
  vacuums: number;
}

type Counter = 'rowsVisited' | 'rowsWritten' | 'rowsEstimated' | 'batches';
// int8 arrives as a string
type StateRow = Omit<BackfillState, Counter> & Record<Counter, string>;

const columns = `b.state, b.last_key AS "lastKey", b.end_key AS "endKey", b.rows_visited AS "rowsVisited",
  b.rows_written AS "rowsWritten", b.rows_estimated AS "rowsEstimated", b.batch_rows AS "batchRows",
  b.batches, b.vacuums`;

const stateOf = (row: StateRow | undefined): BackfillState | null =>
  row === undefined
    ? null
    : {
        ...row,
        rowsVisited: Number(row.rowsVisited),
        rowsWritten: Number(row.rowsWritten),
        rowsEstimated: Number(row.rowsEstimated),
        batches: Number(row.batches),
      };

export async function findBackfill(runner: QueryRunner, name: string): Promise<BackfillState | null> {
  const [row] = await rowsOf<StateRow>(
    runner,
    `SELECT ${columns} FROM ${BACKFILLS_TABLE} b WHERE b.name = $1`,
    [name],
  );
  return stateOf(row);
}

export async function insertBackfill(
  runner: QueryRunner,
  { name, table }: BackfillDefinition,
  start: Pick<BackfillState, 'endKey' | 'rowsEstimated' | 'batchRows'>,
): Promise<BackfillState> {
  const [row] = await rowsOf<StateRow>(
    runner,
    `INSERT INTO ${BACKFILLS_TABLE} AS b (name, table_name, state, end_key, rows_estimated, batch_rows)
     VALUES ($1, $2, 'running', $3, $4, $5) RETURNING ${columns}`,
    [name, table, start.endKey, start.rowsEstimated, start.batchRows],
  );
  return found(name, row);
}

/** From the beginning, to another end. */
export async function resetBackfill(
  runner: QueryRunner,
  name: string,
  endKey: string | null,
): Promise<BackfillState> {
  const [row] = await rowsOf<StateRow>(
    runner,
    `UPDATE ${BACKFILLS_TABLE} b
        SET last_key = NULL, end_key = $2, rows_visited = 0, updated_at = clock_timestamp()
      WHERE b.name = $1 RETURNING ${columns}`,
    [name, endKey],
  );
  return found(name, row);
}

export interface DoneBatch {
  boundary: string;
  visited: number;
  written: number;
  nextBatchRows: number;
  rowsPerSecond: number | null;
}

/** In the batch's transaction. The old cursor is a condition: two sessions cannot both move it. */
export async function recordBatch(
  runner: QueryRunner,
  name: string,
  { lastKey }: BackfillState,
  batch: DoneBatch,
): Promise<BackfillState> {
  const [row] = await rowsOf<StateRow>(
    runner,
    `UPDATE ${BACKFILLS_TABLE} b
        SET last_key = $3, rows_visited = b.rows_visited + $4, rows_written = b.rows_written + $5,
            batch_rows = $6, rows_per_second = $7, batches = b.batches + 1, updated_at = clock_timestamp()
      WHERE b.name = $1 AND b.last_key IS NOT DISTINCT FROM $2 RETURNING ${columns}`,
    [name, lastKey, batch.boundary, batch.visited, batch.written, batch.nextBatchRows, batch.rowsPerSecond],
  );
  return found(name, row);
}

/** state, pause_reason and what else is said; returns the row after it. */
export async function recordState(
  runner: QueryRunner,
  name: string,
  state: BackfillState['state'],
  { pauseReason = null, vacuums = 0 }: { pauseReason?: string | null; vacuums?: number } = {},
): Promise<BackfillState> {
  const [row] = await rowsOf<StateRow>(
    runner,
    `UPDATE ${BACKFILLS_TABLE} b
        SET state = $2, pause_reason = $3, vacuums = b.vacuums + $4, updated_at = clock_timestamp(),
            finished_at = CASE WHEN $2 = 'done' THEN clock_timestamp() END
      WHERE b.name = $1 RETURNING ${columns}`,
    [name, state, pauseReason, vacuums],
  );
  return found(name, row);
}

/** From a second session, while the first one is busy for long: so that it is not taken for dead. */
export async function beat(runner: QueryRunner, name: string): Promise<void> {
  await runner.dataSource.query(
    `UPDATE ${BACKFILLS_TABLE} SET updated_at = clock_timestamp() WHERE name = $1`,
    [name],
  );
}

/** For down(): the next up() begins anew. */
export async function forgetBackfill(runner: QueryRunner, name: string): Promise<void> {
  if (contextOf(runner).rehearsal !== null) return;
  await runner.query(`DELETE FROM ${BACKFILLS_TABLE} WHERE name = $1`, [name]);
}

function found(name: string, row: StateRow | undefined): BackfillState {
  const state = stateOf(row);
  if (state === null)
    throw new MigrationError(
      `the row of ${name} in ${BACKFILLS_TABLE} was changed by another session: only one may run it`,
    );
  return state;
}
