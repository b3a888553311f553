/** In the place of a key: the heap's own order. */
export const HEAP_ORDER = 'ctid';

export interface BackfillDefinition {
  /** The name of its progress row: one for ever. */
  name: string;
  /** Qualified: public.delivery_attempts. */
  table: string;
  /**
   * What batches are ranges of: a uuid column with a unique index, or HEAP_ORDER. The second reads and writes a large table
   * in order; it wants a trigger that fills a row whenever a foreign UPDATE moves it.
   */
  key: string;
  /**
   * Writes what is not right yet in the rows with key > $1 AND key <= $2, and nothing else; run again, it writes
   * nothing. The bounds are to be written so: the first batch is sent with >= $1, to take in the nil uuid.
   */
  update: string;
  /**
   * Where a key stands for many rows of another table that are summed up, a user for its attempts: one key a batch, which
   * may take so long. No VACUUM: nothing is written anew.
   */
  aggregate?: { timeoutMs: number };
}
