import { addColumn, addConstraint } from './describe-additions.js';
import { alterColumn } from './describe-alter-column.js';
import { strongest, type LockMode } from './lock-modes.js';
import { splitByComma, SqlCursor } from './sql-cursor.js';
import type { Action, Described } from './statement-description.js';

// Changing them does not disturb readers or writers; other parameters take ACCESS EXCLUSIVE.
const gentleParameter =
  /^(toast\.)?(autovacuum_\w+|fillfactor|toast_tuple_target|parallel_workers|vacuum_\w+|log_autovacuum_min_duration|n_distinct\w*)$/;

// Actions that have one lock and change only the catalogs.
const plainActions: readonly (readonly [string, LockMode])[] = [
  ['rename', 'ACCESS EXCLUSIVE'],
  ['owner to', 'ACCESS EXCLUSIVE'],
  ['set schema', 'ACCESS EXCLUSIVE'],
  ['enable trigger', 'SHARE ROW EXCLUSIVE'],
  ['disable trigger', 'SHARE ROW EXCLUSIVE'],
  ['enable row', 'ACCESS EXCLUSIVE'],
  ['disable row', 'ACCESS EXCLUSIVE'],
  ['force row', 'ACCESS EXCLUSIVE'],
  ['no force', 'ACCESS EXCLUSIVE'],
  ['cluster on', 'SHARE UPDATE EXCLUSIVE'],
  ['set without cluster', 'SHARE UPDATE EXCLUSIVE'],
  ['replica identity', 'ACCESS EXCLUSIVE'],
];

/** After ALTER TABLE, INDEX, VIEW or MATERIALIZED VIEW. The strongest lock of its actions is the statement's. */
export function alterTable(cursor: SqlCursor, sql: string): Described | null {
  const kind = cursor.word(-1);
  if (cursor.accept('all')) return null;
  cursor.accept('if exists');
  cursor.accept('only');
  const table = cursor.name();
  cursor.accept('*');
  const parts = splitByComma(cursor.rest());
  const actions = parts.map((part) =>
    kind === 'index' ? alterIndex(new SqlCursor(part)) : action(new SqlCursor(part), table, sql),
  );
  const known = actions.filter((one) => one !== null);
  const mode = strongest(known.map((one) => one.mode));
  if (table === '' || mode === null || known.length < actions.length) return null;
  const effects = known.flatMap((one) => one.effects ?? []);
  return {
    locks: [{ relation: table, mode }, ...known.flatMap((one) => one.locks ?? [])],
    effects: effects.length > 0 ? effects : [{ work: 'catalog only' }],
    changes: known.flatMap((one) => one.changes ?? []),
    remarks: known.flatMap((one) => one.remark ?? []),
  };
}

function action(cursor: SqlCursor, table: string, sql: string): Action | null {
  if (cursor.accept('add')) {
    const constraint = addConstraint(cursor, table, sql);
    return constraint === 'none' ? addColumn(cursor, table, sql) : constraint;
  }
  if (cursor.accept('validate constraint')) return validate(table, cursor.name());
  // Which other table's lock it needs, when it is a foreign key, is in the catalogs.
  const dropped = cursor.accept('drop constraint', 'drop column', 'drop');
  if (dropped) return drop(cursor, table, dropped === 'drop constraint' ? 'no constraint' : 'no column');
  if (cursor.accept('alter')) return alterColumn(cursor, table);
  const plain = plainActions.find(([phrase]) => cursor.looksAt(phrase));
  if (plain) return { mode: plain[1] };
  if (cursor.looksAt('set (') || cursor.looksAt('reset (')) return parameters(cursor);
  if (cursor.accept('set logged', 'set unlogged', 'set tablespace', 'set access method'))
    return { mode: 'ACCESS EXCLUSIVE', effects: [{ work: 'rewrites', relation: table }] };
  return null;
}

function drop(cursor: SqlCursor, table: string, made: 'no constraint' | 'no column'): Action | null {
  cursor.accept('if exists');
  const name = cursor.name();
  // CASCADE may reach other tables, under locks that the text does not show.
  return cursor.accept('cascade') ? null : { mode: 'ACCESS EXCLUSIVE', changes: [{ made, table, name }] };
}

const validate = (table: string, constraint: string): Action => ({
  mode: 'SHARE UPDATE EXCLUSIVE',
  effects: [{ work: 'validates', relation: table, constraint }],
  changes: [{ made: 'valid', table, constraint }],
});

function parameters(cursor: SqlCursor): Action {
  cursor.at++;
  const names = splitByComma(cursor.parenthesised()).map((part) => {
    const [name = ''] = part
      .map(({ text }) => text)
      .join('')
      .split('=');
    return name;
  });
  return {
    mode: names.every((name) => gentleParameter.test(name)) ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE',
  };
}

function alterIndex(cursor: SqlCursor): Action | null {
  if (cursor.accept('rename to')) return { mode: 'SHARE UPDATE EXCLUSIVE' };
  return cursor.looksAt('set (') || cursor.looksAt('reset (') ? parameters(cursor) : null;
}
