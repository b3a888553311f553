/**
 * A fold writes four rollup rows for each scope that anything has come for: the more come together, the fewer it writes, and
 * deliveries that end meanwhile are taken in once. A thousand rows cost a read 0.3 ms until they are folded.
 */
const ROWS_PER_FOLD = 1000;
/** With the fold's own time, what comes after a quiet hour is in the rollups within a second. */
const LONGEST_PAUSE_MS = 800;

/**
 * The pause after a fold: such that the next one finds about 1000 rows, at most twice the last one, between the shortest
 * and 800 ms.
 */
export function nextPauseMs(p: { lastPauseMs: number; shortestMs: number; rows: number }): number {
  const wanted = p.rows === 0 ? Infinity : (p.lastPauseMs * ROWS_PER_FOLD) / p.rows;
  const pause = Math.min(wanted, 2 * p.lastPauseMs, LONGEST_PAUSE_MS);
  return Math.max(pause, p.shortestMs);
}
