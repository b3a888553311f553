import { z } from 'zod';
import { queryInteger, uuidSchema } from '../../../kernel/http/validation.js';

export const listEventsQuerySchema = z.strictObject({
  limit: queryInteger(1, 100).default(50).meta({ description: 'Events on the page, 50 by default.' }),
  offset: queryInteger(0, 1_000_000_000)
    .default(0)
    .meta({ description: 'Events to leave out before the page, 0 by default.' }),
  endpoint_id: uuidSchema.optional().meta({ description: 'Only events that were tried at this endpoint.' }),
});

export type ListEventsQuery = z.output<typeof listEventsQuerySchema>;
