import type { Query } from '../ledger.js';
import { BACKFILLS_TABLE } from './journal.js';
import { percentOf, secondsLeft } from './progress.js';

// A run at work writes its row every few seconds, also while it is paused or in VACUUM.
const STALE_AFTER = '60 seconds';

export interface BackfillStatus {
  name: string;
  table: string;
  state: 'running' | 'paused' | 'done';
  /** Said to be running or paused, but silent for a minute: interrupted, to be run again. */
  stale: boolean;
  pauseReason: string | null;
  percent: number;
  rowsVisited: number;
  rowsWritten: number;
  rowsEstimated: number;
  rowsPerSecond: number | null;
  secondsLeft: number | null;
  batchRows: number;
  batches: number;
  vacuums: number;
  startedAt: Date;
  updatedAt: Date;
  finishedAt: Date | null;
}

type Counter = 'rowsVisited' | 'rowsWritten' | 'rowsEstimated' | 'batches';
type StatusRow = Omit<BackfillStatus, Counter | 'percent' | 'secondsLeft'> & Record<Counter, string>;

/** All backfills, oldest first; none when their table is not there yet. Writes nothing. */
export async function readBackfills(query: Query): Promise<BackfillStatus[]> {
  const [table] = await query(`SELECT to_regclass('${BACKFILLS_TABLE}') IS NOT NULL AS "present"`);
  if (table?.present !== true) return [];
  const rows = await query(
    `SELECT b.name, b.table_name AS "table", b.state, b.pause_reason AS "pauseReason",
            b.state <> 'done' AND b.updated_at < clock_timestamp() - interval '${STALE_AFTER}' AS "stale",
            b.rows_visited AS "rowsVisited", b.rows_written AS "rowsWritten",
            b.rows_estimated AS "rowsEstimated", b.rows_per_second AS "rowsPerSecond",
            b.batch_rows AS "batchRows", b.batches, b.vacuums,
            b.started_at AS "startedAt", b.updated_at AS "updatedAt", b.finished_at AS "finishedAt"
       FROM ${BACKFILLS_TABLE} b ORDER BY b.started_at, b.name`,
  );
  return (rows as unknown as StatusRow[]).map((row) => {
    const counts = {
      rowsVisited: Number(row.rowsVisited),
      rowsWritten: Number(row.rowsWritten),
      rowsEstimated: Number(row.rowsEstimated),
      batches: Number(row.batches),
    };
    const status = { ...row, ...counts };
    return {
      ...status,
      percent: percentOf(status),
      secondsLeft: secondsLeft(status, row.rowsPerSecond),
    };
  });
}
