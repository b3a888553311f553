import type { QueryRunner } from 'typeorm';

// Counting so much takes some 100 ms; above it, the planner's way of estimating is near enough.
const COUNTED_BYTES = 16 * 1024 * 1024;
// For a large table that was never analysed.
const ASSUMED_ROW_BYTES = 150;

interface TableSize {
  bytes: string;
  pages: number;
  analysedRows: number;
  analysedPages: number;
  liveRows: string;
}

/** About how many rows a table has; 0 when there is no such table. Reads only. */
export async function estimateRows(runner: QueryRunner, table: string): Promise<number> {
  const [size] = (await runner.query(
    `SELECT pg_relation_size(c.oid) AS "bytes", c.reltuples AS "analysedRows", c.relpages AS "analysedPages",
            pg_relation_size(c.oid)::float8 / current_setting('block_size')::int AS "pages",
            coalesce(pg_stat_get_live_tuples(c.oid), 0) AS "liveRows"
       FROM pg_class c WHERE c.oid = to_regclass($1)`,
    [table],
  )) as TableSize[];
  if (size === undefined) return 0;
  if (Number(size.bytes) < COUNTED_BYTES) {
    const [counted] = (await runner.query(`SELECT count(*) AS "rows" FROM ${table}`)) as { rows: string }[];
    return Number(counted?.rows ?? 0);
  }
  if (size.analysedRows > 0 && size.analysedPages > 0)
    return Math.round((size.analysedRows / size.analysedPages) * size.pages);
  return Math.max(Number(size.liveRows), Math.round(Number(size.bytes) / ASSUMED_ROW_BYTES));
}
