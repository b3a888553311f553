import { indexOfPhrase, splitByComma, SqlCursor, textOf } from './sql-cursor.js';
import type { SqlToken } from './sql-tokens.js';
import type { Described, IndexDefinition, RelationLock } from './statement-description.js';

const WAITS = 'waits until the transactions that are at work now have ended; stops nobody meanwhile';

/** After CREATE [UNIQUE] INDEX. */
export function createIndex(cursor: SqlCursor, sql: string): Described | null {
  const unique = cursor.tokens.slice(0, cursor.at).some(({ text }) => text === 'unique');
  const concurrently = cursor.accept('concurrently') !== '';
  const keepsOld = cursor.accept('if not exists') !== '';
  const name = cursor.word() === 'on' ? null : cursor.name();
  if (!cursor.accept('on')) return null;
  cursor.accept('only');
  const table = cursor.name();
  const method = cursor.accept('using') ? cursor.name() : 'btree';
  const keys = splitByComma(cursor.parenthesised()).map(columnOf);
  const include = cursor.accept('include') ? splitByComma(cursor.parenthesised()).map(columnOf) : [];
  if (table === '' || keys.length === 0) return null;
  const rest = cursor.rest();
  const where = indexOfPhrase(rest, 'where');
  const index: IndexDefinition = {
    name,
    table,
    method,
    unique,
    keys,
    include: include.filter((column) => column !== null),
    predicate: where < 0 ? null : textOf(sql, rest.slice(where + 1)),
    concurrently,
  };
  return {
    locks: [{ relation: table, mode: concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE' }],
    effects: [{ work: 'builds an index', relation: table, index }],
    changes: [],
    remarks: [
      ...(concurrently ? [WAITS] : []),
      ...(keepsOld ? ['IF NOT EXISTS keeps an index of that name whatever it is, an invalid one too'] : []),
    ],
  };
}

/** The column of a key; null: an expression. */
function columnOf(key: readonly SqlToken[]): string | null {
  const cursor = new SqlCursor(key);
  const isCall = cursor.symbol(1) === '(' || cursor.symbol() === '(';
  return isCall ? null : cursor.name() || null;
}

/** After DROP INDEX. */
export function dropIndex(cursor: SqlCursor): Described | null {
  const concurrently = cursor.accept('concurrently') !== '';
  cursor.accept('if exists');
  const names = cursor.names();
  if (names.length === 0 || cursor.word() === 'cascade') return null;
  const mode = concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
  return {
    locks: names.flatMap((relation) => [
      { relation, mode, onTableOf: true },
      { relation, mode },
    ]),
    effects: names.map((relation) => ({ work: 'drops', relation, kind: 'index' })),
    changes: [],
    remarks: concurrently ? [WAITS] : [],
  };
}

/** After REINDEX. */
export function reindex(cursor: SqlCursor): Described | null {
  const options = cursor.parenthesised().map(({ text }) => text);
  const kind = cursor.accept('index', 'table');
  const concurrently = cursor.accept('concurrently') !== '' || options.includes('concurrently');
  const relation = cursor.name();
  if (kind === '' || relation === '') return null;
  const mode = concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE';
  const onIndex: RelationLock[] = [
    { relation, mode, onTableOf: true },
    { relation, mode: concurrently ? mode : 'ACCESS EXCLUSIVE' },
  ];
  return {
    locks: kind === 'index' ? onIndex : [{ relation, mode }],
    effects: [
      { work: 'builds an index again', relation, index: kind === 'index' ? relation : null, concurrently },
    ],
    changes: [],
    remarks: concurrently
      ? [WAITS]
      : [`each index is under ACCESS EXCLUSIVE while it is built: reads of the table wait, too`],
  };
}
