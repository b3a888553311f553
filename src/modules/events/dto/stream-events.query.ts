import { z } from 'zod';

export const streamEventsQuerySchema = z.strictObject({
  token: z
    .string()
    .optional()
    .meta({ description: 'In place of the Authorization header, which EventSource cannot send.' }),
  last_event_id: z
    .string()
    .optional()
    .meta({ description: 'In place of the Last-Event-ID header, for a first connection.' }),
});

export type StreamEventsQuery = z.output<typeof streamEventsQuerySchema>;
