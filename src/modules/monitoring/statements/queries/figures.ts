import { constant, fragment, identifier, type SqlFragment } from '../../../../kernel/database/sql.js';

/** What can be added up over turns and statements. */
export const summed = [
  'calls',
  'rows',
  'exec_ms',
  'plan_ms',
  'blocks_hit',
  'blocks_read',
  'blocks_dirtied',
  'blocks_written',
  'temp_read',
  'temp_written',
  'io_ms',
  'wal_bytes',
] as const;

/** `each` for every figure, as a list. */
export const eachFigure = (each: (name: string) => string): SqlFragment =>
  constant(summed.map(each).join(', '));

export const sums = fragment`${eachFigure((name) => `sum(d.${name}) AS ${name}`)}, max(d.max_exec_ms) AS max_exec_ms`;

/** They as the driver gives them: numbers; of calls, rows, blocks and bytes exact up to 2^53. */
export interface FigureRow {
  calls: number;
  rows: number;
  execMs: number;
  meanMs: number;
  /** null: the longest call was before. */
  maxMs: number | null;
  planMs: number;
  blocksHit: number;
  blocksRead: number;
  blocksDirtied: number;
  blocksWritten: number;
  tempRead: number;
  tempWritten: number;
  ioMs: number;
  walBytes: number;
}

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The columns of a FigureRow from the sums in `from`. */
export const figureColumns = (from: string): SqlFragment => fragment`
  ${eachFigure((name) => `coalesce(${from}.${name}, 0)::float8 AS "${camel(name)}"`)},
  ${constant(`coalesce(${from}.exec_ms / nullif(${from}.calls, 0), 0) AS "meanMs", ${from}.max_exec_ms AS "maxMs"`)}`;

/** A half-open range of turns, a turn being known by its end. */
export interface StatementRange {
  from: string;
  until: string;
}

const KEPT_FINE = '3 days';
const SURELY_FINE = '2 days';

// A range that begins where the turns are still there is read from them; a longer one by the hour, and its end from them.
const fineFrom = ({ from }: StatementRange) => fragment`
  CASE WHEN ${from}::timestamptz >= now() - ${constant(`interval '${KEPT_FINE}'`)} THEN ${from}::timestamptz
       ELSE date_trunc('hour', now() - ${constant(`interval '${SURELY_FINE}'`)}, 'UTC') END`;

/** All that was added in the range, as a table expression with the columns of deltas. */
export const movedIn = (range: StatementRange): SqlFragment => fragment`(
    SELECT h.* FROM ethhook_admin_statement_hours h
     WHERE h.at >= ${range.from}::timestamptz AND h.at < least(${range.until}::timestamptz, ${fineFrom(range)})
    UNION ALL
    SELECT f.* FROM ethhook_admin_statement_deltas f
     WHERE f.at >= ${fineFrom(range)} AND f.at < ${range.until}::timestamptz)`;

/** The extension's function, wherever it is. */
export const inSchema = (schema: string, name: string): SqlFragment =>
  fragment`${identifier(schema)}.${identifier(name)}`;
