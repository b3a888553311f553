/** Rows that a fold takes in about the time that its statements take anyway. */
const ROWS_PER_FOLD = 250;
/** With the fold's own time, what comes after a quiet hour is in the rollups within a second. */
const LONGEST_PAUSE_MS = 800;

/**
 * The pause after a fold: such that the next one finds about 250 rows, at most twice the last one, between the shortest
 * and 800 ms.
 */
export function nextPauseMs(p: { lastPauseMs: number; shortestMs: number; rows: number }): number {
  const wanted = p.rows === 0 ? Infinity : (p.lastPauseMs * ROWS_PER_FOLD) / p.rows;
  const pause = Math.min(wanted, 2 * p.lastPauseMs, LONGEST_PAUSE_MS);
  return Math.max(pause, p.shortestMs);
}
