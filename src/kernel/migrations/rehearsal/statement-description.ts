import type { LockMode } from './lock-modes.js';

export interface RelationLock {
  relation: string;
  mode: LockMode;
  /** The statement names an index only: this lock is on the index's table. */
  onTableOf?: true;
  /** Made by the same transaction: nobody else can see it. */
  isNew?: true;
}

export interface IndexDefinition {
  name: string | null;
  table: string;
  method: string;
  unique: boolean;
  /** Names of columns; null: an expression. */
  keys: (string | null)[];
  include: string[];
  predicate: string | null;
  concurrently: boolean;
}

/** What a statement does to a relation, as far as its text tells. */
export type Effect =
  | { work: 'catalog only' }
  | { work: 'not known' }
  /** `unlessProven`: columns; a NOT NULL on each, or a valid CHECK that says so, spares the scan. */
  | { work: 'scans'; relation: string; unlessProven?: string[] }
  | { work: 'rewrites' | 'vacuums' | 'samples' | 'refreshes' | 'empties'; relation: string }
  /** The scan that a constraint's validation makes; a foreign key's looks each row up in another table. */
  | { work: 'validates'; relation: string; constraint: string | null; references?: string }
  /** Keys that an index has already: a primary key makes its columns NOT NULL. */
  | { work: 'adopts an index'; relation: string; index: string; primary: boolean }
  | { work: 'builds an index'; relation: string; index: IndexDefinition }
  | { work: 'builds an index again'; relation: string; index: string | null; concurrently: boolean }
  | { work: 'drops'; relation: string; kind: 'table' | 'index' | 'view' }
  /** `query` makes the rows; null: the statement finds or lists them. */
  | { work: 'writes rows'; relation: string; query: string | null; verb: 'insert' | 'update' | 'delete' };

/** What is there for the statements that follow. */
export type Change =
  | { made: 'relation'; name: string; columns: ReadonlyMap<string, string> }
  | { made: 'column'; table: string; column: string; type: string }
  | {
      made: 'constraint';
      table: string;
      name: string | null;
      check: string | null;
      references: string | null;
    }
  | { made: 'valid'; table: string; constraint: string }
  | { made: 'not null' | 'nullable'; table: string; column: string }
  | { made: 'no constraint' | 'no column'; table: string; name: string };

export interface StatementDescription {
  sql: string;
  /** PostgreSQL's own name of the statement: ALTER TABLE. */
  kind: string;
  /** null: not known. */
  locks: RelationLock[] | null;
  effects: Effect[];
  changes: Change[];
  /** What the locks and effects do not show. */
  remarks: string[];
}

export type Described = Omit<StatementDescription, 'sql' | 'kind'>;

/** What one action of ALTER TABLE needs. */
export interface Action {
  mode: LockMode;
  effects?: Effect[];
  changes?: Change[];
  /** On other relations. */
  locks?: RelationLock[];
  remark?: string;
}

export const NOT_KNOWN = 'lock not known: read it before you run it';
