import { z } from 'zod';
import { timestampSchema } from '../../../kernel/http/validation.js';
import { pagingExample, pagingSchemas } from './paging.dto.js';

const count = z.number().int().nonnegative();

export const eventSchema = z
  .object({
    id: z.guid(),
    block_number: count,
    block_hash: z.string(),
    transaction_hash: z.string(),
    log_index: z.number().int(),
    contract_address: z.string(),
    topics: z.array(z.string()),
    data: z.string(),
    ingested_at: timestampSchema.nullable(),
    processed_at: timestampSchema.nullable(),
    delivery_count: count.meta({ description: "Attempts at the caller's endpoints." }),
    successful_deliveries: count,
    event_type: z.string().meta({ description: 'topics[0], or `Unknown` for an event without topics.' }),
    chain_id: z.number().int().nullable().meta({ description: 'First chain of the endpoint.' }),
    endpoint_name: z.string().nullable(),
    status: z.enum(['delivered', 'failed', 'pending']).meta({
      description: '`delivered`: an attempt succeeded; `pending`: none has an outcome yet; else `failed`.',
    }),
    attempts: count.meta({ description: 'Same as delivery_count.' }),
    created_at: timestampSchema.nullable().meta({ description: 'Same as ingested_at.' }),
  })
  .meta({ id: 'Event' });

export type EventDto = z.infer<typeof eventSchema>;

export const eventListSchema = z
  .object({ events: z.array(eventSchema), ...pagingSchemas })
  .meta({ id: 'EventList' });

export type EventListDto = z.infer<typeof eventListSchema>;

const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

export const eventExample: EventDto = {
  id: '8c9d3f60-2b1e-4f7a-8f3a-6f0d2a4b5c6d',
  block_number: 23_800_123,
  block_hash: `0x${'ab'.repeat(32)}`,
  transaction_hash: `0x${'cd'.repeat(32)}`,
  log_index: 4,
  contract_address: `0x${'12'.repeat(20)}`,
  topics: [transferTopic],
  data: `0x${'00'.repeat(31)}01`,
  ingested_at: '2026-01-02T03:04:05.123456Z',
  processed_at: '2026-01-02T03:04:05.623456Z',
  delivery_count: 2,
  successful_deliveries: 1,
  event_type: transferTopic,
  chain_id: 1,
  endpoint_name: 'Production webhook',
  status: 'delivered',
  attempts: 2,
  created_at: '2026-01-02T03:04:05.123456Z',
};

export const eventListExample: EventListDto = { events: [eventExample], ...pagingExample };
