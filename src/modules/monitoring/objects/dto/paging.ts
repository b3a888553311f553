import { z } from 'zod';
import { queryInteger, timestampSchema } from '../../../../kernel/http/validation.js';

/** Of lists that are ordered by what moves. */
export const pageFields = {
  limit: queryInteger(1, 100).default(50).meta({ description: 'Rows on the page, 50 by default.' }),
  offset: queryInteger(0, 100_000).default(0).meta({ description: 'Rows to step over.' }),
};

const nameMessage = 'must be a name as it is listed, such as public.events';

export const objectName = z
  .string(nameMessage)
  .min(1, nameMessage)
  .max(270, nameMessage)
  .refine((text) => !text.includes('\0'), nameMessage);

export const historyDays = queryInteger(1, 30).default(7).meta({ description: '7 days by default.' });

/** What every answer says of itself. */
export const viewFields = {
  as_of: timestampSchema.meta({ description: "By the server's clock." }),
  limits: z
    .array(z.string())
    .meta({ description: 'What is not known, and what would show it: a sentence each.' }),
};

export const total = z.number().int().nonnegative().meta({ description: 'On all pages.' });

export const pointSchema = z.object({ at: timestampSchema, value: z.number() });

export const viewExample = { as_of: '2026-01-02T03:04:05.123456Z', limits: [] };
