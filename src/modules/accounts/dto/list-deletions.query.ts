import { z } from 'zod';
import { MAX_CURSOR_LENGTH } from '../../../kernel/http/cursor.js';
import { queryInteger } from '../../../kernel/http/validation.js';

const cursorMessage = `must be one cursor of at most ${MAX_CURSOR_LENGTH} characters`;

export const listDeletionsQuerySchema = z.strictObject({
  limit: queryInteger(1, 100).default(50).meta({ description: 'Rows on the page, 50 by default.' }),
  cursor: z
    .string(cursorMessage)
    .min(1, cursorMessage)
    .max(MAX_CURSOR_LENGTH, cursorMessage)
    .optional()
    .meta({ description: 'The next_cursor of a page of this list.' }),
});

export type ListDeletionsQuery = z.output<typeof listDeletionsQuerySchema>;
