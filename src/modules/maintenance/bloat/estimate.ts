import { indexSize } from '../../../kernel/migrations/rehearsal/index-size.js';
import type { IndexSizeRow } from './queries/list-index-sizes.sql.js';
import type { TableFactsRow } from './queries/list-table-facts.sql.js';
import type { MeasuredIndexRow } from './queries/measure-index.sql.js';
import type { MeasuredTableRow } from './queries/measure-table.sql.js';

const PAGE_BYTES = 8192;
const PAGE_HEADER_BYTES = 24;
const TUPLE_HEADER_BYTES = 23;
const LINE_POINTER_BYTES = 4;
/** Of the sizes that index-size.ts tells. */
const DEFAULT_FILL_PERCENT = 90;

const aligned = (bytes: number, to: number) => Math.ceil(bytes / to) * to;

/** Bytes of the table freshly written; null when its statistics do not tell. */
export function packedTableBytes({ rows, columns, fillPercent }: TableFactsRow): number | null {
  if (rows < 0) return null;
  let data = 0;
  for (const { widthBytes, nullShare, alignmentBytes } of columns) {
    if (widthBytes === null || nullShare === null) return null;
    const width = widthBytes * (1 - nullShare);
    data += width === 0 ? 0 : width + paddingBefore(data, alignmentBytes) * (1 - nullShare);
  }
  const hasNulls = columns.some(({ nullShare }) => (nullShare ?? 0) > 0);
  const header = aligned(TUPLE_HEADER_BYTES + (hasNulls ? Math.ceil(columns.length / 8) : 0), 8);
  return packedHeapBytes(rows, header + aligned(data, 8), fillPercent);
}

/** Widths are averages: where the last value ends within its word, every place is as likely. */
const paddingBefore = (offset: number, alignment: number) =>
  Number.isInteger(offset) ? aligned(offset, alignment) - offset : (alignment - 1) / 2;

function packedHeapBytes(rows: number, tupleBytes: number, fillPercent: number): number {
  const room = (PAGE_BYTES - PAGE_HEADER_BYTES) * (fillPercent / 100);
  const perPage = Math.max(1, Math.floor(room / (tupleBytes + LINE_POINTER_BYTES)));
  return Math.ceil(rows / perPage) * PAGE_BYTES;
}

/** The same of what pgstattuple has found. */
export function measuredTableBytes(
  { liveBytes, liveRows }: MeasuredTableRow,
  { fillPercent }: TableFactsRow,
): number {
  const rows = Number(liveRows);
  if (rows === 0) return 0;
  return packedHeapBytes(rows, aligned(Number(liveBytes) / rows, 8), fillPercent);
}

/** Bytes of the index freshly built; null when the statistics of its columns do not tell. */
export function packedIndexBytes({ rows, columns, isUnique, fillPercent }: IndexSizeRow): number | null {
  if (rows < 0) return null;
  const known = [];
  for (const { type, widthBytes, nullShare, distinct } of columns) {
    if (widthBytes === null || nullShare === null) return null;
    known.push({ type, width: widthBytes, nullShare, distinct });
  }
  const include = columns.filter(({ isKey }) => !isKey).map(({ type }) => type);
  const { bytes } = indexSize({ method: 'btree', unique: isUnique, include }, known, rows);
  return Math.round((bytes * DEFAULT_FILL_PERCENT) / fillPercent);
}

/** The same of what pgstatindex has found; a rebuild may also join equal keys that are apart now, and give back more. */
export function measuredIndexBytes(
  { leafPages, innerPages, leafDensity }: MeasuredIndexRow,
  { fillPercent }: IndexSizeRow,
): number {
  const share = Math.min(1, leafDensity / fillPercent);
  const pages = Math.ceil(Number(leafPages) * share) + Math.ceil(Number(innerPages) * share) + 1;
  return pages * PAGE_BYTES;
}
