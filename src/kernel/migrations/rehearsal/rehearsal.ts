/** A dry run: what would be sent, in order, instead of being sent. */
export interface RehearsedStatement {
  migration: string;
  /** Whether it shares one transaction with the migration's others. */
  inTransaction: boolean;
  /** Statements of a migration with the same number are sent in one transaction; null: on its own. */
  transaction: number | null;
  sql: string;
  /** What the statement alone does not show, e.g. that it is one of many batches. */
  note: string | null;
  /** The rows that a repeated statement will write in all its repetitions. */
  rows: number | null;
}

/** Collects what a migration would send. */
export interface Rehearsal {
  statement(sql: string, about?: { note?: string; rows?: number }): void;
}
