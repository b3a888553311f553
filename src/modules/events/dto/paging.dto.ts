import { z } from 'zod';
import { MAX_CURSOR_LENGTH } from '../../../kernel/http/cursor.js';
import { queryInteger } from '../../../kernel/http/validation.js';

const cursorMessage = `must be one cursor of at most ${MAX_CURSOR_LENGTH} characters`;

/** The parameters of every list. `offset` is undefined where it is not given, since a cursor excludes it. */
export const pagingFields = {
  limit: queryInteger(1, 100).default(50).meta({ description: 'Rows on the page, 50 by default.' }),
  offset: queryInteger(0, 1_000_000_000)
    .optional()
    .meta({ description: 'Rows to leave out before the page, 0 by default. Rows that arrive shift it.' }),
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

/** What every list says of itself, beside its rows. */
export const pagingSchemas = {
  total: z.number().int().nonnegative().meta({ description: 'All rows that match; see total_is.' }),
  total_is: z.enum(['exact', 'at_least']).meta({ description: '`at_least`: counting stopped at a bound.' }),
  next_cursor: cursor.meta({ description: 'Leads to older rows; null where there are none.' }),
  prev_cursor: cursor.meta({ description: 'Leads to newer rows; null where there are none.' }),
};

const exampleCursor =
  'AQCMnT9gKx5Peo86bw0qS1xtX0M3yq1c8v0m0Zb7rQm3xjIwMjYtMDEtMDJUMDM6MDQ6MDUuMTIzNDU2WnJ5b2hR3mN0a1Vq8s1bYw';

export const pagingExample = {
  total: 2,
  total_is: 'exact' as const,
  next_cursor: exampleCursor,
  prev_cursor: null,
};
