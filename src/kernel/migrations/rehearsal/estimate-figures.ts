// Rates of an ordinary server with its data on SSD and other work to do: rough, for the order of magnitude.
export const SCAN_BYTES_PER_SECOND = 200e6;
export const INDEX_ROWS_PER_SECOND = 400e3;
export const WRITE_ROWS_PER_SECOND = 100e3;
/** In small batches with rests in between. */
export const BACKFILL_ROWS_PER_SECOND = 15e3;
/** Rows looked up in another table, and rows that a query reads and sorts or groups. */
export const LOOK_UP_ROWS_PER_SECOND = 1e6;
/** Changing catalogs and waiting for the disk to have it. */
export const STATEMENT_SECONDS = 0.005;

/** The heap of a table that is backfilled grows by this share at most: VACUUM in between makes room. */
export const BACKFILL_HEAP_GROWTH = 0.4;
/** Headers of a WAL record, beside the row. */
export const WAL_ROW_BYTES = 80;
export const ROW_HEADER_BYTES = 28;
/** ANALYZE reads 300 pages for each unit of default_statistics_target (100). */
export const SAMPLE_BYTES = 30_000 * 8192;

export interface Estimate {
  bytesRead: number;
  rowsRead: number;
  bytesWritten: number;
  rowsWritten: number;
  /** Disk that the database has lost afterwards. */
  keptBytes: number;
  /** Disk that is needed beside it while the statement runs. */
  temporaryBytes: number;
  walBytes: number;
  /** Rough, without the wait for locks. */
  seconds: number;
}

export const nothing: Estimate = {
  bytesRead: 0,
  rowsRead: 0,
  bytesWritten: 0,
  rowsWritten: 0,
  keptBytes: 0,
  temporaryBytes: 0,
  walBytes: 0,
  seconds: 0,
};

export const add = (a: Estimate, b: Estimate): Estimate => ({
  bytesRead: a.bytesRead + b.bytesRead,
  rowsRead: a.rowsRead + b.rowsRead,
  bytesWritten: a.bytesWritten + b.bytesWritten,
  rowsWritten: a.rowsWritten + b.rowsWritten,
  keptBytes: a.keptBytes + b.keptBytes,
  temporaryBytes: Math.max(a.temporaryBytes, b.temporaryBytes),
  walBytes: a.walBytes + b.walBytes,
  seconds: a.seconds + b.seconds,
});

export const sum = (estimates: readonly Estimate[]): Estimate => estimates.reduce(add, nothing);

export const read = (bytesRead: number, rowsRead: number): Estimate => ({
  ...nothing,
  bytesRead,
  rowsRead,
  seconds: bytesRead / SCAN_BYTES_PER_SECOND,
});

export const written = (base: Estimate, bytesWritten: number, rowsWritten: number): Estimate => ({
  ...base,
  bytesWritten,
  rowsWritten,
  walBytes: bytesWritten,
});
