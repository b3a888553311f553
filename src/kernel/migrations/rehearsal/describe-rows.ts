import { readLocks, sourcesOf } from './query-sources.js';
import { indexOfPhrase, SqlCursor, textOf } from './sql-cursor.js';
import type { SqlToken } from './sql-tokens.js';
import type { Described, Effect } from './statement-description.js';

type Verb = 'insert' | 'update' | 'delete';
const heads: readonly (readonly [string, Verb])[] = [
  ['insert into', 'insert'],
  ['update', 'update'],
  ['delete from', 'delete'],
  ['merge into', 'update'],
];

/** INSERT, UPDATE, DELETE, MERGE, and WITH that has them in its list or after it. */
export function rows({ tokens }: SqlCursor, sql: string): Described | null {
  const targets = tokens.flatMap((_, at) => targetAt(tokens, at));
  const effects: Effect[] = targets.map(({ verb, relation }) => ({
    work: 'writes rows',
    verb,
    relation,
    query: verb === 'insert' && targets.length === 1 ? queryOf(tokens, sql) : null,
  }));
  const written = targets.map(({ relation }) => relation);
  return targets.length === 0
    ? null
    : {
        locks: [
          ...[...new Set(written)].map((relation) => ({ relation, mode: 'ROW EXCLUSIVE' as const })),
          ...readLocks(tokens, written),
        ],
        effects,
        changes: [],
        remarks: [],
      };
}

function targetAt(tokens: readonly SqlToken[], at: number): { verb: Verb; relation: string }[] {
  // Not the UPDATE of ON CONFLICT DO UPDATE, nor the INSERT of WHEN NOT MATCHED.
  const begins = at === 0 || ['(', ')'].includes(tokens[at - 1]?.text ?? '');
  if (!begins) return [];
  for (const [phrase, verb] of heads) {
    const cursor = new SqlCursor(tokens, at);
    if (!cursor.accept(phrase)) continue;
    cursor.accept('only');
    return [{ verb, relation: cursor.name() }];
  }
  return [];
}

/** The SELECT of an INSERT. */
function queryOf(tokens: readonly SqlToken[], sql: string): string | null {
  const start = ['select', 'with', 'table']
    .map((word) => indexOfPhrase(tokens, word))
    .filter((at) => at >= 0);
  if (start.length === 0) return null;
  const query = tokens.slice(Math.min(...start));
  const ends = ['on conflict', 'returning']
    .map((phrase) => indexOfPhrase(query, phrase))
    .filter((at) => at >= 0);
  return textOf(sql, query.slice(0, Math.min(query.length, ...ends)));
}

/** A SELECT that locks the rows that it finds; any other that is no read calls what may do anything. */
export function selectForUpdate({ tokens }: SqlCursor): Described | null {
  const locksRows = ['for update', 'for no key update', 'for share', 'for key share'];
  const isKnown =
    locksRows.some((phrase) => indexOfPhrase(tokens, phrase) >= 0) && indexOfPhrase(tokens, 'into') < 0;
  if (!isKnown) return null;
  return {
    locks: sourcesOf(tokens).map((relation) => ({ relation, mode: 'ROW SHARE' })),
    effects: [{ work: 'catalog only' }],
    changes: [],
    remarks: ['locks the rows that it finds until the transaction ends'],
  };
}
