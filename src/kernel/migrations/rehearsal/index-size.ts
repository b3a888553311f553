import type { RelationFacts } from './relation-facts.js';
import type { IndexDefinition } from './statement-description.js';

// PostgreSQL's page, its header with the B-tree's own at the end, and what an entry has beside its values.
const PAGE_BYTES = 8192;
const PAGE_OVERHEAD_BYTES = 24 + 16;
const TUPLE_HEADER_BYTES = 8;
const LINE_POINTER_BYTES = 4;
const NULL_BITMAP_BYTES = 8;
const FILL_FACTOR = 0.9;
/** Pages above the leaves. */
const INNER_PAGES = 1.01;

// Equal keys share an entry of at most a tenth of a page, with six bytes for each row (13 and later).
const POSTING_LIST_BYTES = PAGE_BYTES / 10;
const ROW_POINTER_BYTES = 6;
const withoutPostingLists = /^(numeric|real|double precision|json|jsonb|.*\[\])/;

/** For a column that was never analysed, and for an expression. */
const DEFAULT_WIDTH_BYTES = 16;
/** An inverted index has an entry for each element of a value: a rough share of what the values take. */
const GIN_SHARE = 0.7;
/** A range of 128 pages has one entry. */
const BRIN_SHARE = 1 / 1000;

const widths: readonly (readonly [RegExp, number])[] = [
  [/^uuid/, 16],
  [/^(timestamp|timestamptz|bigint|int8|double precision|float8|date_time|time)/, 8],
  [/^(integer|int4?\b|date|real|float4|oid)/, 4],
  [/^(smallint|int2)/, 2],
  [/^(bool|boolean|"char")/, 1],
];

export interface IndexedColumn {
  type: string;
  width: number;
  nullShare: number;
  distinct: number | null;
}

export const widthOfType = (type: string): number =>
  widths.find(([pattern]) => pattern.test(type))?.[1] ?? DEFAULT_WIDTH_BYTES;

/** What the statistics say of a column; a column that is not there yet is told by its type. */
export function indexedColumn(
  table: RelationFacts | undefined,
  name: string | null,
  typeOf: (column: string) => string | null,
): IndexedColumn {
  const facts = table?.columns.find((column) => column.name === name);
  const type = (name === null ? null : (facts?.type ?? typeOf(name))) ?? 'text';
  const fixed = widthOfType(type);
  const isVariable = fixed === DEFAULT_WIDTH_BYTES && type !== 'uuid';
  return {
    type,
    width: isVariable ? (facts?.width ?? DEFAULT_WIDTH_BYTES) : fixed,
    nullShare: facts?.nullShare ?? 0,
    distinct: facts?.distinct ?? null,
  };
}

export interface IndexSize {
  bytes: number;
  /** What the sort of its entries takes while it is built, in memory or on disk. */
  sortBytes: number;
}

/** Of the index freshly built over so many rows; `columns` are those of its keys, then those that it includes. */
export function indexSize(
  index: Pick<IndexDefinition, 'method' | 'unique' | 'include'>,
  columns: readonly IndexedColumn[],
  rows: number,
): IndexSize {
  const entry = entryBytes(columns);
  const sortBytes = Math.round(rows * (entry + LINE_POINTER_BYTES + TUPLE_HEADER_BYTES));
  if (index.method === 'brin') return { bytes: pages(rows * entry * BRIN_SHARE), sortBytes: 0 };
  if (index.method === 'gin') return { bytes: pages(rows * entry * GIN_SHARE), sortBytes: 0 };
  const single = rows * (entry + LINE_POINTER_BYTES);
  const shares =
    index.method === 'btree' &&
    !index.unique &&
    index.include.length === 0 &&
    !columns.some(({ type }) => withoutPostingLists.test(type));
  const bytes = shares ? Math.min(single, sharedBytes(columns, rows, entry)) : single;
  return { bytes: pages(bytes), sortBytes };
}

const pages = (bytes: number) =>
  PAGE_BYTES * (1 + Math.ceil((bytes / ((PAGE_BYTES - PAGE_OVERHEAD_BYTES) * FILL_FACTOR)) * INNER_PAGES));

const aligned = (bytes: number, to: number) => Math.ceil(bytes / to) * to;

/** A row's values with their padding; NULLs leave theirs out and need a bitmap. */
function entryBytes(columns: readonly IndexedColumn[]): number {
  let data = 0;
  for (const { width } of columns) {
    const alignment = [8, 4, 2].includes(width) ? width : 1;
    data = aligned(data, alignment) + width;
  }
  const withValues = TUPLE_HEADER_BYTES + aligned(data, 8);
  const [first] = columns;
  if (columns.length === 1 && first)
    return withValues * (1 - first.nullShare) + (TUPLE_HEADER_BYTES + NULL_BITMAP_BYTES) * first.nullShare;
  const someNull = 1 - columns.reduce((share, { nullShare }) => share * (1 - nullShare), 1);
  const saved = columns.reduce((bytes, { width, nullShare }) => bytes + width * nullShare, 0);
  return withValues + NULL_BITMAP_BYTES * someNull - Math.min(saved, data);
}

function sharedBytes(columns: readonly IndexedColumn[], rows: number, entry: number): number {
  const values = columns.reduce((product, column) => product * distinctValues(column, rows), 1);
  const entries = Math.min(values, rows);
  if (entries >= rows || rows === 0) return Number.POSITIVE_INFINITY;
  const bytesPerKey = (rows / entries) * ROW_POINTER_BYTES;
  const lists = Math.ceil(bytesPerKey / Math.max(POSTING_LIST_BYTES - entry, ROW_POINTER_BYTES));
  return entries * (lists * (entry + LINE_POINTER_BYTES) + bytesPerKey);
}

function distinctValues({ distinct, nullShare }: IndexedColumn, rows: number): number {
  if (distinct === null) return rows;
  const values = distinct < 0 ? -distinct * rows : distinct;
  return Math.max(1, values + (nullShare > 0 ? 1 : 0));
}
