import { lockModes } from './lock-modes.js';
import type { SqlCursor } from './sql-cursor.js';
import type { Described } from './statement-description.js';

/** After REFRESH MATERIALIZED VIEW. */
export function refresh(cursor: SqlCursor): Described | null {
  const concurrently = cursor.accept('concurrently') !== '';
  const relation = cursor.name();
  if (relation === '') return null;
  const isEmptied = cursor.accept('with no data') !== '';
  return {
    locks: [{ relation, mode: concurrently ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE' }],
    effects: [{ work: isEmptied ? 'empties' : 'refreshes', relation }],
    changes: [],
    remarks: ['reads the tables of its query under ACCESS SHARE'],
  };
}

/** After TRUNCATE. */
export function truncate(cursor: SqlCursor): Described | null {
  cursor.accept('table');
  const names = cursor.names();
  if (names.length === 0 || cursor.tokens.some(({ text }) => text === 'cascade')) return null;
  return {
    locks: names.map((relation) => ({ relation, mode: 'ACCESS EXCLUSIVE' })),
    effects: names.map((relation) => ({ work: 'empties', relation })),
    changes: [],
    remarks: [],
  };
}

/** After VACUUM. Without a table it is not described: that is each table of the database in turn. */
export function vacuum(cursor: SqlCursor): Described | null {
  const options = cursor.parenthesised();
  const isOn = (option: string) => {
    const at = options.findIndex(({ text }) => text === option);
    return at >= 0 && !['false', 'off', '0'].includes(options[at + 1]?.text ?? '');
  };
  while (cursor.accept('full', 'freeze', 'verbose', 'analyze'));
  const names = tableNames(cursor);
  const full = isOn('full') || cursor.tokens[1]?.text === 'full';
  // Giving the empty end of the heap back needs ACCESS EXCLUSIVE for a moment.
  const truncates = !options.some(({ text }) => text === 'truncate') || isOn('truncate');
  if (names.length === 0) return null;
  return {
    locks: names.map((relation) => ({
      relation,
      mode: full ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE',
    })),
    effects: names.map((relation) => ({ work: full ? 'rewrites' : 'vacuums', relation })),
    changes: [],
    remarks:
      full || !truncates
        ? []
        : [
            'may cut empty pages off the end under a brief ACCESS EXCLUSIVE, which it gives up when others wait',
          ],
  };
}

/** After ANALYZE. */
export function analyze(cursor: SqlCursor): Described | null {
  cursor.parenthesised();
  cursor.accept('verbose');
  const names = tableNames(cursor);
  if (names.length === 0) return null;
  return {
    locks: names.map((relation) => ({ relation, mode: 'SHARE UPDATE EXCLUSIVE' })),
    effects: names.map((relation) => ({ work: 'samples', relation })),
    changes: [],
    remarks: [],
  };
}

function tableNames(cursor: SqlCursor): string[] {
  const names: string[] = [];
  do {
    const name = cursor.name();
    if (name !== '') names.push(name);
    cursor.parenthesised();
  } while (cursor.accept(','));
  return names;
}

/** After LOCK. */
export function lockTable(cursor: SqlCursor): Described | null {
  cursor.accept('table');
  const names = cursor.names();
  const given = cursor.accept('in')
    ? cursor
        .rest()
        .map(({ text }) => text)
        .join(' ')
    : 'access exclusive mode';
  const mode = lockModes.find((candidate) => given.startsWith(`${candidate.toLowerCase()} mode`));
  if (names.length === 0 || mode === undefined) return null;
  return {
    locks: names.map((relation) => ({ relation, mode })),
    effects: [{ work: 'catalog only' }],
    changes: [],
    remarks: [],
  };
}
