import { z } from 'zod';
import { uuidSchema } from '../../../kernel/http/validation.js';

const MAX_IDS = 200;
const message = `must be 1 to ${MAX_IDS} ids (UUIDs), separated by commas`;

/** Many ids in one question, each once, in the order they were written. */
export const batchQuerySchema = z.strictObject({
  ids: z
    .string(message)
    .transform((text) => [...new Set(text.toLowerCase().split(','))])
    .refine((ids) => ids.length <= MAX_IDS && ids.every((id) => uuidSchema.safeParse(id).success), message)
    .meta({ description: `1 to ${MAX_IDS} ids, separated by commas; one given twice counts once.` }),
});

export type BatchQuery = z.output<typeof batchQuerySchema>;
