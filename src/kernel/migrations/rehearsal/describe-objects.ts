import { typeOf } from './describe-additions.js';
import { readLocks } from './query-sources.js';
import { indexOfPhrase, splitByComma, SqlCursor, textOf } from './sql-cursor.js';
import type { SqlToken } from './sql-tokens.js';
import type { Described, RelationLock } from './statement-description.js';

const tableClauses = new Set('constraint check unique primary foreign exclude like'.split(' '));

/** After CREATE TABLE. Of one with a parent only the text of it is known: it is not described. */
export function createTable(cursor: SqlCursor, sql: string): Described | null {
  cursor.accept('if not exists');
  const name = cursor.name();
  const hasParent = ['inherits', 'partition of', 'of'].some(
    (phrase) => indexOfPhrase(cursor.rest(), phrase) >= 0,
  );
  if (name === '' || hasParent) return null;
  const query = indexOfPhrase(cursor.rest(), 'as');
  if (query >= 0) return createdFromQuery(name, cursor.rest().slice(query + 1), sql);
  const parts = splitByComma(cursor.parenthesised());
  return {
    locks: [{ relation: name, mode: 'ACCESS EXCLUSIVE', isNew: true }, ...parts.flatMap(locksOfPart)],
    effects: [{ work: 'catalog only' }],
    changes: [
      { made: 'relation', name, columns: new Map(parts.flatMap((part) => columnOf(part, sql))) },
      ...parts.flatMap(notNullOf).map((column) => ({ made: 'not null' as const, table: name, column })),
    ],
    remarks: [],
  };
}

function locksOfPart(part: readonly SqlToken[]): RelationLock[] {
  const cursor = new SqlCursor(part);
  if (cursor.accept('like')) return [{ relation: cursor.name(), mode: 'ACCESS SHARE' }];
  cursor.at = indexOfPhrase(part, 'references') + 1;
  return cursor.at === 0 ? [] : [{ relation: cursor.name(), mode: 'SHARE ROW EXCLUSIVE' }];
}

function columnOf(part: readonly SqlToken[], sql: string): [string, string][] {
  const cursor = new SqlCursor(part);
  return tableClauses.has(cursor.word()) ? [] : [[cursor.name(), typeOf(cursor.rest(), sql)]];
}

function notNullOf(part: readonly SqlToken[]): string[] {
  const cursor = new SqlCursor(part);
  const key = indexOfPhrase(part, 'primary key');
  if (tableClauses.has(cursor.word())) {
    cursor.at = key + 2;
    return key < 0 ? [] : splitByComma(cursor.parenthesised()).map((column) => new SqlCursor(column).name());
  }
  return key >= 0 || indexOfPhrase(part, 'not null') >= 0 ? [cursor.name()] : [];
}

/** After CREATE VIEW or CREATE MATERIALIZED VIEW. */
export function createView(cursor: SqlCursor, sql: string): Described | null {
  const head = cursor.tokens.slice(0, cursor.at).map(({ text }) => text);
  cursor.accept('if not exists');
  const name = cursor.name();
  const query = indexOfPhrase(cursor.rest(), 'as');
  if (name === '' || query < 0) return null;
  const body = cursor.rest().slice(query + 1);
  const isStored = head.includes('materialized');
  const filled = isStored && indexOfPhrase(body, 'with no data') < 0;
  const described = createdFromQuery(name, body, sql);
  return {
    ...described,
    effects: filled ? described.effects : [{ work: 'catalog only' }],
    locks: head.includes('replace')
      ? [{ relation: name, mode: 'ACCESS EXCLUSIVE' }, ...readLocks(body)]
      : described.locks,
  };
}

function createdFromQuery(
  name: string,
  body: readonly SqlToken[],
  sql: string,
): Described & { locks: RelationLock[] } {
  const end = indexOfPhrase(body, 'with data');
  const query = textOf(sql, end < 0 ? body : body.slice(0, end));
  return {
    locks: [{ relation: name, mode: 'ACCESS EXCLUSIVE', isNew: true }, ...readLocks(body)],
    effects: [{ work: 'writes rows', relation: name, query, verb: 'insert' }],
    changes: [{ made: 'relation', name, columns: new Map() }],
    remarks: [],
  };
}

/** After DROP TABLE, VIEW or MATERIALIZED VIEW. */
export function dropRelations(cursor: SqlCursor): Described | null {
  const kind = cursor.word(-1) === 'table' ? 'table' : 'view';
  cursor.accept('if exists');
  const names = cursor.names();
  if (names.length === 0 || cursor.word() === 'cascade') return null;
  return {
    locks: names.map((relation) => ({ relation, mode: 'ACCESS EXCLUSIVE' })),
    effects: names.map((relation) => ({ work: 'drops', relation, kind })),
    changes: [],
    remarks: [],
  };
}

/** After CREATE TRIGGER. */
export function createTrigger(cursor: SqlCursor): Described | null {
  const relation = tableAfterOn(cursor.rest());
  if (relation === '') return null;
  return {
    locks: [{ relation, mode: 'SHARE ROW EXCLUSIVE' }],
    effects: [{ work: 'catalog only' }],
    changes: [],
    remarks: [],
  };
}

/** After DROP TRIGGER. */
export function dropTrigger(cursor: SqlCursor): Described | null {
  const described = createTrigger(cursor);
  const [lock] = described?.locks ?? [];
  return described && lock ? { ...described, locks: [{ ...lock, mode: 'ACCESS EXCLUSIVE' }] } : null;
}

function tableAfterOn(tokens: readonly SqlToken[]): string {
  const at = indexOfPhrase(tokens, 'on');
  return at < 0 ? '' : new SqlCursor(tokens, at + 1).name();
}

/** After COMMENT ON. */
export function comment(cursor: SqlCursor): Described | null {
  const described = (locks: RelationLock[]): Described => ({
    locks,
    effects: [{ work: 'catalog only' }],
    changes: [],
    remarks: [],
  });
  const kind = cursor.accept(
    'table',
    'column',
    'index',
    'materialized view',
    'view',
    'constraint',
    'trigger',
  );
  if (kind === '')
    return cursor.accept('function', 'procedure', 'schema', 'extension', 'type', 'database')
      ? described([])
      : null;
  if (kind === 'constraint' || kind === 'trigger') {
    const relation = tableAfterOn(cursor.rest());
    return relation === '' ? null : described([{ relation, mode: 'ACCESS SHARE' }]);
  }
  const name = cursor.name();
  const relation = kind === 'column' ? name.replace(/\.(\w+|"(?:[^"]|"")*")$/, '') : name;
  return relation === ''
    ? null
    : described([{ relation: withoutPublic(relation), mode: 'SHARE UPDATE EXCLUSIVE' }]);
}

// name() has taken schema.table.column for a longer name than it leaves unqualified.
const withoutPublic = (name: string) => name.replace(/^public\./, '');
