import { z } from 'zod';
import { MAX_CURSOR_LENGTH, type Cursor } from './cursor.js';
import { queryInteger } from './validation.js';

const cursorMessage = `must be one cursor of at most ${MAX_CURSOR_LENGTH} characters`;

/** The parameters of every list that is paged by cursors. */
export const cursorFields = {
  limit: queryInteger(1, 100).default(50).meta({ description: 'Rows on the page, 50 by default.' }),
  cursor: z
    .string(cursorMessage)
    .min(1, cursorMessage)
    .max(MAX_CURSOR_LENGTH, cursorMessage)
    .optional()
    .meta({
      description: 'The next_cursor or prev_cursor of a page of this list with the same filters.',
    }),
};

const cursor = z.string().nullable();

/** What such a list says of itself, beside its rows. */
export const cursorSchemas = {
  next_cursor: cursor.meta({ description: 'Leads to older rows; null where there are none.' }),
  prev_cursor: cursor.meta({ description: 'Leads to newer rows; null where there are none.' }),
};

export const cursorExample = {
  next_cursor:
    'AQCMnT9gKx5Peo86bw0qS1xtX0M3yq1c8v0m0Zb7rQm3xjIwMjYtMDEtMDJUMDM6MDQ6MDUuMTIzNDU2WnJ5b2hR3mN0a1Vq8s1bYw',
  prev_cursor: null,
};

/** The rows of a page, newest first, and what lies beyond them. */
export interface PageEnds {
  readonly rows: readonly { readonly at: string | null; readonly id: string }[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

/** Beyond any row: a page without rows leads to the newest or to the oldest ones. */
export const aboveAll: Cursor = {
  direction: 'older',
  at: 'infinity',
  id: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};
export const belowAll: Cursor = {
  direction: 'newer',
  at: '-infinity',
  id: '00000000-0000-0000-0000-000000000000',
};

/** The cursors that lead from a page to what lies beyond it; null where there is nothing. */
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
