import { z } from 'zod';

/** The one form of every error. `error` is what the old API sent and its UI shows; the rest is ours. */
export const errorBodySchema = z
  .object({
    error: z.string().meta({ description: 'For a person.', example: 'Event not found' }),
    code: z.string().meta({ description: 'For a program; stable.', example: 'event_not_found' }),
    field: z.string().optional().meta({ description: 'The request field that is wrong.' }),
    request_id: z.string().meta({ description: 'Also in the X-Request-Id header and in the log.' }),
    trace_id: z.string().optional().meta({ description: 'Of OpenTelemetry, where requests are traced.' }),
  })
  .meta({ id: 'Error' });

export type ErrorBody = z.infer<typeof errorBodySchema>;
