import { indexOfPhrase, splitByComma, SqlCursor, textOf } from './sql-cursor.js';
import type { SqlToken } from './sql-tokens.js';
import type { Action, Effect, IndexDefinition } from './statement-description.js';

/** After ALTER TABLE … ADD, when a table constraint follows; 'none' when none does. */
export function addConstraint(cursor: SqlCursor, table: string, sql: string): Action | null | 'none' {
  const name = cursor.accept('constraint') ? cursor.name() : null;
  const kind = cursor.accept('check', 'foreign key', 'primary key', 'unique', 'exclude', 'not null');
  if (kind === '') return name === null ? 'none' : null;
  if (kind === 'check' || kind === 'foreign key')
    return addLateConstraint(cursor, { kind, table, name, sql });
  if (kind === 'not null') return addNotNull(cursor, table, name);
  if (kind === 'exclude') return null;
  cursor.accept('nulls not distinct', 'nulls distinct');
  const primary = kind === 'primary key';
  const effects: Effect[] = cursor.accept('using index')
    ? [{ work: 'adopts an index', relation: table, index: cursor.name(), primary }]
    : keyEffects(cursor, { table, name, primary });
  return { mode: 'ACCESS EXCLUSIVE', effects };
}

interface LateConstraint {
  kind: 'check' | 'foreign key';
  table: string;
  name: string | null;
  sql: string;
}

function addLateConstraint(cursor: SqlCursor, { kind, table, name, sql }: LateConstraint): Action | null {
  const inParentheses = cursor.parenthesised();
  const references = kind === 'foreign key' && cursor.accept('references') ? cursor.name() : null;
  if (kind === 'foreign key' && !references) return null;
  const later =
    indexOfPhrase(cursor.rest(), 'not valid') >= 0 || indexOfPhrase(cursor.rest(), 'not enforced') >= 0;
  const constraint = { table, name, check: kind === 'check' ? textOf(sql, inParentheses) : null, references };
  return {
    mode: kind === 'check' ? 'ACCESS EXCLUSIVE' : 'SHARE ROW EXCLUSIVE',
    locks: references ? [{ relation: references, mode: 'SHARE ROW EXCLUSIVE' }] : [],
    effects: later
      ? []
      : [{ work: 'validates', relation: table, constraint: name, ...(references ? { references } : {}) }],
    changes: [
      { made: 'constraint', ...constraint },
      ...(later || name === null ? [] : [{ made: 'valid' as const, table, constraint: name }]),
    ],
  };
}

function addNotNull(cursor: SqlCursor, table: string, name: string | null): Action {
  const column = cursor.name();
  const later = cursor.accept('not valid') !== '';
  return {
    mode: 'ACCESS EXCLUSIVE',
    effects: later ? [] : [{ work: 'scans', relation: table, unlessProven: [column] }],
    changes: later
      ? [{ made: 'constraint', table, name, check: `${column} IS NOT NULL`, references: null }]
      : [{ made: 'not null', table, column }],
  };
}

function keyEffects(
  cursor: SqlCursor,
  { table, name, primary }: { table: string; name: string | null; primary: boolean },
): Effect[] {
  const columns = () => splitByComma(cursor.parenthesised()).map((part) => new SqlCursor(part).name());
  const keys = columns();
  const include = cursor.accept('include') ? columns() : [];
  const index = { ...keyIndex(table, keys, name), include };
  const scan: Effect = { work: 'scans', relation: table, unlessProven: keys };
  return [...(primary ? [scan] : []), { work: 'builds an index', relation: table, index }];
}

const keyIndex = (table: string, keys: string[], name: string | null = null): IndexDefinition => ({
  name,
  table,
  method: 'btree',
  unique: true,
  keys,
  include: [],
  predicate: null,
  concurrently: false,
});

/** After ALTER TABLE … ADD, a column. */
export function addColumn(cursor: SqlCursor, table: string, sql: string): Action | null {
  cursor.accept('column');
  cursor.accept('if not exists');
  const column = cursor.name();
  if (column === '') return null;
  const definition = cursor.rest();
  const has = (phrase: string) => indexOfPhrase(definition, phrase) >= 0;
  const target = indexOfPhrase(definition, 'references');
  const references = target < 0 ? null : new SqlCursor(definition, target + 1).name();
  const isKey = has('unique') || has('primary key');
  const effects: Effect[] = [
    ...(rewritesForDefault(definition) ? [{ work: 'rewrites' as const, relation: table }] : []),
    ...(has('check') ? [{ work: 'scans' as const, relation: table }] : []),
    ...(references !== null && has('default')
      ? [{ work: 'validates' as const, relation: table, constraint: null, references }]
      : []),
    ...(isKey
      ? [{ work: 'builds an index' as const, relation: table, index: keyIndex(table, [column]) }]
      : []),
  ];
  return {
    mode: 'ACCESS EXCLUSIVE',
    effects,
    locks: references === null ? [] : [{ relation: references, mode: 'SHARE ROW EXCLUSIVE' }],
    changes: [
      { made: 'column', table, column, type: typeOf(definition, sql) },
      ...(has('not null') || has('primary key') ? [{ made: 'not null' as const, table, column }] : []),
    ],
  };
}

const clauses = new Set(
  'default not null generated check unique primary references constraint collate storage compression'.split(
    ' ',
  ),
);

/** The type that a column's definition begins with. */
export function typeOf(definition: readonly SqlToken[], sql: string): string {
  const end = definition.findIndex(({ kind, text }) => kind === 'word' && clauses.has(text));
  return textOf(sql, end < 0 ? definition : definition.slice(0, end));
}

// Not volatile, so that one value does for all rows that are there.
const stableFunctions = new Set(
  'now transaction_timestamp statement_timestamp current_setting to_timestamp make_interval make_date timezone array varchar char varying numeric decimal current_timestamp current_time localtimestamp interval timestamp timestamptz time bit'.split(
    ' ',
  ),
);

function rewritesForDefault(definition: readonly SqlToken[]): boolean {
  const [type] = definition;
  if (type?.kind === 'word' && /^(small|big)?serial[248]?$/.test(type.text)) return true;
  const generated = indexOfPhrase(definition, 'generated');
  if (generated >= 0)
    return indexOfPhrase(definition, 'stored') >= 0 || indexOfPhrase(definition, 'as identity') >= 0;
  const at = indexOfPhrase(definition, 'default');
  if (at < 0) return false;
  const expression = definition.slice(at + 1);
  const end = expression.findIndex(
    ({ kind, text }, index) => index > 0 && kind === 'word' && clauses.has(text) && text !== 'null',
  );
  return (end < 0 ? expression : expression.slice(0, end)).some(
    ({ kind, text }, index) =>
      (kind === 'word' || kind === 'name') &&
      expression[index + 1]?.text === '(' &&
      !stableFunctions.has(text),
  );
}
