import type { Direction } from './finding.js';
import { splitList } from './sql-text.js';

export interface Statement {
  migration: string;
  direction: Direction;
  /** As it was sent: maybe one of several statements in one query. */
  sql: string;
  /** Without comments and `public.`, strings and bodies emptied, on one line. */
  text: string;
  /** Sent in one query with others, which makes them one transaction. */
  hasCompany: boolean;
}

/** What the statements before this one, and the catalogs, tell about it. */
export interface Known {
  /** Tables and views that this migration has made: nobody reads or writes them yet. */
  isNew(relation: string): boolean;
  isIndexOfNewTable(index: string): boolean;
  /** Whether a valid CHECK says that the column has no NULL. */
  isProvenNotNull(table: string, column: string): boolean;
  isUnique(table: string, column: string): boolean;
  inTransaction: boolean;
}

/** Name and message of what is wrong; the message is a sentence that says what to do instead. */
export interface Rule {
  name: string;
  check: (this: void, statement: Statement, known: Known) => string | null;
}

export const NAME = String.raw`(?:"[^"]+"|\w[\w$]*)(?:\.(?:"[^"]+"|\w[\w$]*))?`;

/** As the catalogs have it. */
export const nameOf = (written: string | undefined): string =>
  (written ?? '').replace(/"([^"]+)"|[^".]+/g, (word, quoted?: string) => quoted ?? word.toLowerCase());

const pattern = (source: string) => new RegExp(source.replaceAll('NAME', NAME), 'i');

const alterTable = pattern('^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?(NAME) ?(.+)$');
const createIndex = pattern(
  '^CREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?(IF NOT EXISTS )?(NAME)? ?ON (?:ONLY )?(NAME)',
);

export function parseAlterTable(text: string): { table: string; actions: string[] } | null {
  const match = alterTable.exec(text);
  return match && { table: nameOf(match[1]), actions: splitList(match[2] ?? '') };
}

export function parseCreateIndex(text: string) {
  const match = createIndex.exec(text);
  if (match === null) return null;
  const [, concurrently, ifNotExists, index, table] = match;
  return {
    concurrently: concurrently !== undefined,
    ifNotExists: ifNotExists !== undefined,
    index: nameOf(index),
    table: nameOf(table),
  };
}

const notNullCheck = pattern('^ADD CONSTRAINT (NAME) CHECK ?\\((.+)\\)( NOT VALID)?$');

/** The columns that `ADD CONSTRAINT … CHECK (a IS NOT NULL AND …)` keeps from being NULL. */
export function parseNotNullCheck(action: string) {
  const match = notNullCheck.exec(action);
  if (match === null) return null;
  const terms = (match[2] ?? '').replace(/[()]/g, ' ').split(/\bAND\b/i);
  const columns = terms.map((term) => /^\s*("[^"]+"|\w+) IS NOT NULL\s*$/i.exec(term)?.[1]);
  if (columns.includes(undefined)) return null;
  return { constraint: nameOf(match[1]), columns: columns.map(nameOf), valid: match[3] === undefined };
}
