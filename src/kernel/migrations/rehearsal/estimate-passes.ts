import {
  INDEX_ROWS_PER_SECOND,
  LOOK_UP_ROWS_PER_SECOND,
  SAMPLE_BYTES,
  SCAN_BYTES_PER_SECOND,
  WRITE_ROWS_PER_SECOND,
  nothing,
  read,
  written,
  type Estimate,
} from './estimate-figures.js';
import type { DatabaseFacts, RelationFacts } from './relation-facts.js';
import type { Effect } from './statement-description.js';

/** Of what goes over a whole table that is there. */
export function estimatePass(effect: Effect, table: RelationFacts, facts: DatabaseFacts): Estimate {
  const all = table.heapBytes + table.toastBytes + table.indexBytes;
  switch (effect.work) {
    case 'validates': {
      const other = facts.relations.get(effect.references ?? '');
      const base = read(table.heapBytes + (other?.heapBytes ?? 0), table.rows + (other?.rows ?? 0));
      return other ? { ...base, seconds: base.seconds + table.rows / LOOK_UP_ROWS_PER_SECOND } : base;
    }
    case 'rewrites':
      return {
        ...written(read(table.heapBytes + table.toastBytes, table.rows), all, table.rows),
        seconds:
          (2 * all) / SCAN_BYTES_PER_SECOND + (table.indexes.length * table.rows) / INDEX_ROWS_PER_SECOND,
        temporaryBytes: all,
      };
    case 'refreshes':
      return {
        ...written(nothing, all, table.rows),
        seconds: table.rows / WRITE_ROWS_PER_SECOND,
        temporaryBytes: all,
      };
    case 'builds an index again':
      return rebuild(table, effect.index === null ? null : effect.relation, facts);
    case 'samples':
      return read(Math.min(table.heapBytes, SAMPLE_BYTES), Math.min(table.rows, 30_000));
    case 'vacuums':
      return read(table.heapBytes + table.indexBytes, table.rows);
    case 'scans':
      return read(table.heapBytes, table.rows);
    case 'catalog only':
    case 'not known':
    case 'adopts an index':
    case 'builds an index':
    case 'drops':
    case 'empties':
    case 'writes rows':
      return nothing;
  }
}

function rebuild(found: RelationFacts, index: string | null, { relations }: DatabaseFacts): Estimate {
  const table = index === null ? found : (relations.get(found.tableOf ?? '') ?? found);
  const bytes = index === null ? table.indexBytes : found.heapBytes;
  const builds = index === null ? table.indexes.length : 1;
  return {
    ...written(read(table.heapBytes * builds, table.rows * builds), bytes, 0),
    temporaryBytes: bytes,
    seconds: builds * (table.heapBytes / SCAN_BYTES_PER_SECOND + table.rows / INDEX_ROWS_PER_SECOND),
  };
}
