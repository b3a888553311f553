import type { NdjsonFile } from './ndjson-file.js';

export interface LedgerEntry {
  op: 'insert' | 'update';
  table: 'events' | 'delivery_attempts';
  id: string;
  /** The columns written; all but the id for an insert. */
  row: object;
}

/** Every acknowledged write, in the order of the acknowledgements. */
export type LedgerFile = NdjsonFile<LedgerEntry>;
