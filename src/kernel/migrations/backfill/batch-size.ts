/** No smaller: below, the transaction's own cost is most of it. */
export const MIN_BATCH_ROWS = 10;
// It shrinks faster than it grows: too large a batch keeps others waiting, too small a one only takes longer.
const MAX_GROWTH = 1.5;
const MAX_SHRINKAGE = 0.25;

export interface BatchLimits {
  targetBatchMs: number;
  maxBatchRows: number;
}

/** The size after a batch of `rows` that took `durationMs`: a bounded step towards the target duration. */
export function nextBatchRows(rows: number, durationMs: number, limits: BatchLimits): number {
  const wanted = limits.targetBatchMs / Math.max(durationMs, 1);
  return bounded(rows * Math.min(Math.max(wanted, MAX_SHRINKAGE), MAX_GROWTH), limits);
}

/** After a batch that failed: fewer rows meet fewer conflicts and take less time. */
export const halvedBatchRows = (rows: number, limits: BatchLimits): number => bounded(rows / 2, limits);

/** Within the bounds, also when these have changed since the size was remembered. */
export const bounded = (rows: number, { maxBatchRows }: BatchLimits): number =>
  Math.max(Math.min(Math.round(rows), maxBatchRows), Math.min(MIN_BATCH_ROWS, maxBatchRows), 1);
