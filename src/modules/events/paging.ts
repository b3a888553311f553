import type { Cursor } from '../../kernel/http/cursor.js';
import { notTogether } from './events.errors.js';

/** Where a page begins; at most one is given, none means the first page. */
const beginnings = ['offset', 'cursor', 'at_time', 'at_block'] as const;
type Beginnings = Partial<Readonly<Record<(typeof beginnings)[number], string | number | undefined>>>;

/** Throws 400 for the second beginning of a query. */
export function assertOneBeginning(query: Beginnings): void {
  const [first, second] = beginnings.filter((name) => query[name] !== undefined);
  if (first !== undefined && second !== undefined) throw notTogether(second, first);
}

/** The rows of a page, newest first, and what lies beyond them. */
export interface PageEnds {
  readonly rows: readonly { readonly at: string | null; readonly id: string }[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

/** Beyond any row: a page without rows leads to the newest or to the oldest ones. */
const aboveAll: Cursor = { direction: 'older', at: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
const belowAll: Cursor = { direction: 'newer', at: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

export function cursorsOf({ rows, hasOlder, hasNewer }: PageEnds, encode: (cursor: Cursor) => string) {
  const oldest = rows.at(-1);
  const newest = rows[0];
  const older = oldest === undefined ? aboveAll : cursorAt('older', oldest);
  const newer = newest === undefined ? belowAll : cursorAt('newer', newest);
  return { next_cursor: hasOlder ? encode(older) : null, prev_cursor: hasNewer ? encode(newer) : null };
}

/** A row without a time is ordered by -infinity. */
const cursorAt = (direction: Cursor['direction'], { at, id }: PageEnds['rows'][number]): Cursor => ({
  direction,
  at: at ?? '-infinity',
  id,
});
