import { z } from 'zod';
import { timestampSchema } from '../../../kernel/http/validation.js';
import { chainName } from '../chain-names.js';
import { eventExample } from '../dto/event.dto.js';
import type { NewEventRow } from '../queries/list-new-events.sql.js';

/** What both kinds of stream say of an event; the old API's WebSocket message. */
const messageFields = {
  type: z.literal('event'),
  id: z.guid(),
  chain_id: z.number().int().nullable().meta({ description: 'First chain of the endpoint.' }),
  chain_name: z.string().nullable(),
  contract_address: z.string(),
  event_name: z.string().meta({ description: 'topics[0], or `Unknown` for an event without topics.' }),
  block_number: z.number().int().nonnegative(),
  transaction_hash: z.string(),
  timestamp: timestampSchema.nullable().meta({ description: 'Same as ingested_at.' }),
};

export type EventMessage = z.infer<z.ZodObject<typeof messageFields>>;

export const streamedEventSchema = z
  .object({
    ...messageFields,
    ingested_at: timestampSchema.nullable(),
    log_index: z.number().int(),
    topics: z.array(z.string()),
    block_hash: z.string(),
  })
  .meta({ id: 'StreamedEvent' });

export type StreamedEvent = z.infer<typeof streamedEventSchema>;

export const toMessage = (row: NewEventRow): EventMessage => ({
  type: 'event',
  id: row.id,
  chain_id: row.chainId,
  chain_name: row.chainId === null ? null : chainName(row.chainId),
  contract_address: row.contractAddress,
  event_name: row.topics[0] ?? 'Unknown',
  block_number: Number(row.blockNumber),
  transaction_hash: row.transactionHash,
  timestamp: row.ingestedAt,
});

export const toStreamedEvent = (row: NewEventRow): StreamedEvent => ({
  ...toMessage(row),
  ingested_at: row.ingestedAt,
  log_index: row.logIndex,
  topics: row.topics,
  block_hash: row.blockHash,
});

export const streamedEventExample: StreamedEvent = {
  type: 'event',
  id: eventExample.id,
  chain_id: 1,
  chain_name: 'Ethereum',
  contract_address: eventExample.contract_address,
  event_name: eventExample.event_type,
  block_number: eventExample.block_number,
  transaction_hash: eventExample.transaction_hash,
  timestamp: eventExample.ingested_at,
  ingested_at: eventExample.ingested_at,
  log_index: eventExample.log_index,
  topics: eventExample.topics,
  block_hash: eventExample.block_hash,
};
