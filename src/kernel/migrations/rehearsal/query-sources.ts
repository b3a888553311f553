import { SqlCursor } from './sql-cursor.js';
import type { SqlToken } from './sql-tokens.js';
import type { RelationLock } from './statement-description.js';

/** Names after FROM, JOIN and USING, those of the query's own WITH list left out. */
export function sourcesOf(tokens: readonly SqlToken[]): string[] {
  const cursor = new SqlCursor(tokens);
  const own = new Set<string>();
  const found = new Set<string>();
  for (; !cursor.ended; cursor.at++) {
    const asList =
      cursor.looksAt('as (') ||
      cursor.looksAt('as materialized (') ||
      cursor.looksAt('as not materialized (');
    if (asList && cursor.at > 0) own.add(new SqlCursor(tokens, cursor.at - 1).name());
    if (['from', 'join', 'using'].includes(cursor.word()) && cursor.word(-1) !== 'distinct')
      for (const name of relationsAt(tokens, cursor.at + 1)) found.add(name);
  }
  return [...found].filter((name) => !own.has(name));
}

// A comma list of names with their aliases, up to the first thing that is none.
function relationsAt(tokens: readonly SqlToken[], start: number): string[] {
  const cursor = new SqlCursor(tokens, start);
  const found: string[] = [];
  do {
    cursor.accept('only');
    if (['lateral', 'select', 'values'].includes(cursor.word())) break;
    const name = cursor.name();
    if (name === '' || cursor.symbol() === '(') break;
    found.push(name);
    cursor.accept('as');
    if (!cursor.looksAt(',')) cursor.at++;
  } while (cursor.accept(','));
  return found;
}

/** A name that is no relation (`trim(x FROM y)`) falls out when the catalogs do not know it. */
export const readLocks = (tokens: readonly SqlToken[], but: readonly string[] = []): RelationLock[] =>
  sourcesOf(tokens)
    .filter((relation) => !but.includes(relation))
    .map((relation) => ({ relation, mode: 'ACCESS SHARE' }));
