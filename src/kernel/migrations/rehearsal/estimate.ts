import {
  add,
  BACKFILL_HEAP_GROWTH,
  BACKFILL_ROWS_PER_SECOND,
  INDEX_ROWS_PER_SECOND,
  ROW_HEADER_BYTES,
  STATEMENT_SECONDS,
  WAL_ROW_BYTES,
  WRITE_ROWS_PER_SECOND,
  nothing,
  read,
  sum,
  written,
  type Estimate,
} from './estimate-figures.js';
import { estimatePass } from './estimate-passes.js';
import { indexedColumn, indexSize, widthOfType } from './index-size.js';
import type { PendingSchema } from './pending-schema.js';
import type { DatabaseFacts, QueryPlan, RelationFacts } from './relation-facts.js';
import type { Effect, IndexDefinition } from './statement-description.js';

export interface EstimateSources {
  facts: DatabaseFacts;
  schema: PendingSchema;
  /** What the planner expects of a query; null: it cannot tell. */
  plan: (sql: string) => Promise<QueryPlan | null>;
}

/** From the sizes of this database; a relation that is not there yet counts as empty. */
export async function estimate(
  effects: readonly Effect[],
  rows: number | null,
  sources: EstimateSources,
): Promise<Estimate> {
  let total = { ...nothing, seconds: STATEMENT_SECONDS };
  for (const effect of effects) total = add(total, await estimateEffect(effect, rows, sources));
  return total;
}

/** Free disk that the statements need at their peak: what they add, and the largest need of one while it runs. */
export function diskNeededBytes(statements: readonly { estimate: Estimate }[]): number {
  const { keptBytes, temporaryBytes } = sum(statements.map((statement) => statement.estimate));
  return keptBytes + temporaryBytes;
}

async function estimateEffect(
  effect: Effect,
  rows: number | null,
  sources: EstimateSources,
): Promise<Estimate> {
  if (effect.work === 'catalog only' || effect.work === 'not known') return nothing;
  const table = sources.facts.relations.get(effect.relation);
  if (effect.work === 'builds an index') return indexBuild(effect.index, table, sources);
  if (effect.work === 'writes rows') return writes(effect, rows, table, sources);
  return table === undefined ? nothing : estimatePass(effect, table, sources.facts);
}

async function indexBuild(
  index: IndexDefinition,
  table: RelationFacts | undefined,
  { facts, schema, plan }: EstimateSources,
): Promise<Estimate> {
  if (table === undefined) return nothing;
  const partial =
    index.predicate === null ? null : await plan(`SELECT 1 FROM ${index.table} WHERE ${index.predicate}`);
  const rows = partial?.rows ?? table.rows;
  const columns = [...index.keys, ...index.include].map((name) =>
    indexedColumn(table, name, (column) => schema.typeOf(index.table, column)),
  );
  const { bytes, sortBytes } = indexSize(index, columns, rows);
  // CONCURRENTLY reads the table a second time, for the rows that came in meanwhile.
  const passes = index.concurrently ? 2 : 1;
  const base = read(table.heapBytes * passes, table.rows * passes);
  return {
    ...written(base, bytes, 0),
    keptBytes: bytes,
    temporaryBytes: sortBytes > facts.maintenanceWorkMemBytes ? sortBytes : 0,
    seconds: base.seconds + rows / INDEX_ROWS_PER_SECOND,
  };
}

async function writes(
  effect: Extract<Effect, { work: 'writes rows' }>,
  repeated: number | null,
  table: RelationFacts | undefined,
  { plan }: EstimateSources,
): Promise<Estimate> {
  const planned = effect.query === null ? null : await plan(effect.query);
  // A list of VALUES is short; of an UPDATE without a plan at most all rows are meant.
  const rows = repeated ?? planned?.rows ?? (effect.verb === 'insert' ? 1 : (table?.rows ?? 0));
  const ofTable = table && table.rows > 0 ? table.heapBytes / table.rows : null;
  const rowBytes = ofTable ?? (planned?.width ?? widthOfType('text')) + ROW_HEADER_BYTES;
  const indexEntries = (table?.indexes.length ?? 0) * WAL_ROW_BYTES;
  const heapBytes = effect.verb === 'delete' ? 0 : rows * rowBytes;
  const limit = repeated === null ? heapBytes : (table?.heapBytes ?? heapBytes) * BACKFILL_HEAP_GROWTH;
  const rate = repeated === null ? WRITE_ROWS_PER_SECOND : BACKFILL_ROWS_PER_SECOND;
  return {
    ...nothing,
    rowsRead: effect.verb === 'insert' ? 0 : rows,
    bytesRead: effect.verb === 'insert' ? 0 : Math.min(rows * rowBytes, table?.heapBytes ?? 0),
    rowsWritten: rows,
    bytesWritten: heapBytes + rows * indexEntries,
    keptBytes: Math.min(heapBytes, limit),
    walBytes: rows * (rowBytes + WAL_ROW_BYTES + indexEntries) + Math.min(rows * 8192, table?.heapBytes ?? 0),
    seconds: rows / rate,
  };
}
