import type { SqlCursor } from './sql-cursor.js';
import type { Action } from './statement-description.js';

const gentle: Action = { mode: 'SHARE UPDATE EXCLUSIVE' };
const catalogOnly: Action = { mode: 'ACCESS EXCLUSIVE' };

/** After ALTER TABLE … ALTER. */
export function alterColumn(cursor: SqlCursor, table: string): Action | null {
  if (cursor.accept('constraint')) return null;
  cursor.accept('column');
  const column = cursor.name();
  if (cursor.accept('set not null'))
    return {
      mode: 'ACCESS EXCLUSIVE',
      effects: [{ work: 'scans', relation: table, unlessProven: [column] }],
      changes: [{ made: 'not null', table, column }],
    };
  if (cursor.accept('drop not null'))
    return { mode: 'ACCESS EXCLUSIVE', changes: [{ made: 'nullable', table, column }] };
  if (cursor.accept('type', 'set data type', 'set expression'))
    return {
      mode: 'ACCESS EXCLUSIVE',
      effects: [{ work: 'rewrites', relation: table }],
      remark: 'no rewrite where the old type is stored as the new one (varchar to text)',
    };
  if (cursor.accept('set statistics') || cursor.looksAt('set (') || cursor.looksAt('reset (')) return gentle;
  const plain = [
    'set default',
    'drop default',
    'drop identity',
    'drop expression',
    'set storage',
    'set compression',
    'set generated',
    'add generated',
  ];
  return cursor.accept(...plain) ? catalogOnly : null;
}
