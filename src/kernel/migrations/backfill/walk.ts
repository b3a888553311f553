import type { QueryRunner } from 'typeorm';
import type { BackfillState } from './journal.js';

/** A part of the table that one batch writes: above the last boundary, up to this one. */
export interface Range {
  boundary: string;
  /** In it; an estimate where the rows are not looked at. */
  rows: number;
}

/** The order in which a backfill goes through its table. */
export interface Walk {
  /** The end as of now: rows that come behind it later are not ours. null: the table is empty. */
  findEnd(runner: QueryRunner): Promise<string | null>;
  /** The next range, of about so many rows. null: there is none. */
  next(runner: QueryRunner, state: BackfillState, rows: number): Promise<Range | null>;
  /** What is bound to $1 and $2, and the statement, which may be another one for the first batch. */
  batch(state: BackfillState, boundary: string): { sql: string; parameters: [string, string] };
  /**
   * In the batch's transaction, after its statement, whose lock keeps the answer true until the commit. false: the walk is
   * lost, to be begun anew.
   */
  isIntact(runner: QueryRunner, state: BackfillState): Promise<boolean>;
}
