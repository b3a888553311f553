import type { QueryRunner } from 'typeorm';
import { sqlState } from '../../database/database-error.js';
import { setTimeouts } from '../short-transaction.js';
import { rowsOf } from './rows.js';

// Below, one VACUUM at the end is enough: so many rows are some hundred pages.
const MIN_ROWS_BETWEEN = 5000;
// Twice autovacuum's default pace: 80 MB/s of dirtied pages at most.
const COST_DELAY = '2ms';
const COST_LIMIT = 400;
// Longer than deadlock_timeout, after which an autovacuum worker leaves the table to us; it blocks no reader or writer.
const LOCK_TIMEOUT_MS = 5000;
const WATCH_EVERY_MS = 2000;
// Another VACUUM or DDL has the table; somebody cancelled it.
const putOffBy = new Set(['55P03', '57014']);

/** TRUNCATE would take ACCESS EXCLUSIVE to cut off empty pages; parallel workers would take the others' processors. */
export const vacuumStatement = (table: string, { analyze = false } = {}): string =>
  `VACUUM (TRUNCATE false, PARALLEL 0${analyze ? ', ANALYZE' : ''}) ${table}`;

/** How many rows may be written until the next one. */
export const rowsBetweenVacuums = (share: number, rowsEstimated: number): number =>
  Math.max(share * rowsEstimated, MIN_ROWS_BETWEEN);

/**
 * Rows written and not vacuumed yet, after an interruption: the dead ones that PostgreSQL counts, or, when a crash has
 * emptied its statistics, all that was written.
 */
export async function unvacuumedRows(
  runner: QueryRunner,
  table: string,
  rowsWritten: number,
): Promise<number> {
  if (rowsWritten === 0) return 0;
  const [counted] = await rowsOf<{ deadRows: string; known: boolean }>(
    runner,
    `SELECT pg_stat_get_dead_tuples(c.oid) AS "deadRows",
            pg_stat_get_dead_tuples(c.oid) + pg_stat_get_live_tuples(c.oid) > 0 AS "known"
       FROM pg_class c WHERE c.oid = to_regclass($1)`,
    [table],
  );
  return counted?.known ? Math.min(Number(counted.deadRows), rowsWritten) : rowsWritten;
}

export interface VacuumWatch {
  analyze?: boolean;
  /** Called every two seconds, with what VACUUM is doing. */
  onProgress: (activity: string) => Promise<void>;
}

/** Gently, outside a transaction. false: not now, somebody else is at work on the table. */
export async function vacuum(runner: QueryRunner, table: string, watch: VacuumWatch): Promise<boolean> {
  await setTimeouts(runner, { lockTimeoutMs: LOCK_TIMEOUT_MS });
  await runner.query(
    `SELECT set_config('vacuum_cost_delay', '${COST_DELAY}', false),
            set_config('vacuum_cost_limit', '${COST_LIMIT}', false)`,
  );
  try {
    await watched(runner, watch, () => runner.query(vacuumStatement(table, watch)));
    return true;
  } catch (error) {
    if (putOffBy.has(sqlState(error) ?? '')) return false;
    throw error;
  } finally {
    // A lost connection has lost them too, and its own error is the one to show.
    await resetSession(runner).catch(() => undefined);
  }
}

async function resetSession(runner: QueryRunner): Promise<void> {
  await runner.query('RESET vacuum_cost_delay');
  await runner.query('RESET vacuum_cost_limit');
  await setTimeouts(runner, { lockTimeoutMs: 0 });
}

/** Shows progress meanwhile, from a second session, since the first one is busy for minutes. */
async function watched(
  runner: QueryRunner,
  { onProgress }: VacuumWatch,
  work: () => Promise<unknown>,
): Promise<void> {
  const [self] = await rowsOf<{ pid: number }>(runner, 'SELECT pg_backend_pid() AS "pid"');
  let looking: Promise<void> = Promise.resolve();
  const look = async () => {
    const [seen] = await runner.dataSource.query<{ phase: string; percent: string }[]>(
      `SELECT v.phase, round(100.0 * v.heap_blks_scanned / greatest(v.heap_blks_total, 1)) AS "percent"
         FROM pg_stat_progress_vacuum v WHERE v.pid = $1`,
      [self?.pid],
    );
    await onProgress(
      seen === undefined ? 'VACUUM' : `VACUUM: ${seen.phase}, ${seen.percent} % of the heap scanned`,
    );
  };
  // Without a second connection VACUUM goes on all the same.
  const timer = setInterval(() => {
    looking = looking.then(look).catch(() => undefined);
  }, WATCH_EVERY_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
    await looking;
  }
}
