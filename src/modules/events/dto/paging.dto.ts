import { z } from 'zod';
import { cursorExample, cursorFields, cursorSchemas } from '../../../kernel/http/cursor-paging.js';
import { queryInteger } from '../../../kernel/http/validation.js';

/** The parameters of every list. `offset` is undefined where it is not given, since a cursor excludes it. */
export const pagingFields = {
  limit: cursorFields.limit,
  offset: queryInteger(0, 1_000_000_000)
    .optional()
    .meta({ description: 'Rows to leave out before the page, 0 by default. Rows that arrive shift it.' }),
  cursor: cursorFields.cursor,
};

/** What every list says of itself, beside its rows. */
export const pagingSchemas = {
  total: z.number().int().nonnegative().meta({ description: 'All rows that match; see total_is.' }),
  total_is: z.enum(['exact', 'at_least']).meta({ description: '`at_least`: counting stopped at a bound.' }),
  ...cursorSchemas,
};

export const pagingExample = { total: 2, total_is: 'exact' as const, ...cursorExample };
