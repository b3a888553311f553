import { z } from 'zod';
import { timestampSchema } from '../../../kernel/http/validation.js';
import { pagingExample, pagingSchemas } from './paging.dto.js';

const whole = z.number().int();
const time = timestampSchema.nullable();

const outcome = {
  http_status_code: whole.nullable(),
  success: z.boolean().nullable().meta({ description: 'null while the attempt is in flight.' }),
  duration_ms: whole.nullable(),
  error_message: z.string().nullable(),
};

export const attemptSchema = z
  .object({
    id: z.guid(),
    event_id: z.guid(),
    endpoint_id: z.guid(),
    endpoint_name: z.string(),
    attempt_number: whole,
    ...outcome,
    response_body: z.string().nullable(),
    attempted_at: time,
    completed_at: time,
    should_retry: z.boolean().nullable(),
    next_retry_at: time,
  })
  .meta({ id: 'DeliveryAttempt' });

export type AttemptDto = z.infer<typeof attemptSchema>;

export const attemptListSchema = z
  .object({ delivery_attempts: z.array(attemptSchema), ...pagingSchemas })
  .meta({ id: 'DeliveryAttemptList' });

export type AttemptListDto = z.infer<typeof attemptListSchema>;

export const RESPONSE_BODY_CHARACTERS = 1000;

export const deliverySchema = z
  .object({
    id: z.guid(),
    event_id: z.guid(),
    attempt_number: whole,
    ...outcome,
    attempted_at: time,
    response_body: z
      .string()
      .nullable()
      .meta({ description: `Its first ${RESPONSE_BODY_CHARACTERS} characters.` }),
  })
  .meta({ id: 'Delivery' });

export type DeliveryDto = z.infer<typeof deliverySchema>;

export const deliveryListSchema = z
  .object({
    deliveries: z.array(deliverySchema),
    ...pagingSchemas,
    limit: whole.meta({ description: 'As asked for.' }),
    offset: whole.meta({ description: 'As asked for; 0 with a cursor.' }),
  })
  .meta({ id: 'DeliveryList' });

export type DeliveryListDto = z.infer<typeof deliveryListSchema>;

const deliveryExample: DeliveryDto = {
  id: '3b1f0c52-7a64-4a53-9f0e-5a1d2c3b4e5f',
  event_id: '8c9d3f60-2b1e-4f7a-8f3a-6f0d2a4b5c6d',
  attempt_number: 1,
  http_status_code: 200,
  success: true,
  duration_ms: 182,
  attempted_at: '2026-01-02T03:04:05.623456Z',
  error_message: null,
  response_body: '{"ok":true}',
};

export const deliveryListExample: DeliveryListDto = {
  deliveries: [deliveryExample],
  ...pagingExample,
  limit: 1,
  offset: 0,
};

export const attemptListExample: AttemptListDto = {
  delivery_attempts: [
    {
      ...deliveryExample,
      endpoint_id: '5f0c6a3e-8f4b-4d0a-9a57-2f1f6f0f3c11',
      endpoint_name: 'Production webhook',
      completed_at: '2026-01-02T03:04:05.805456Z',
      should_retry: false,
      next_retry_at: null,
    },
  ],
  ...pagingExample,
};
