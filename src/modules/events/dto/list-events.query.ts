import { z } from 'zod';
import { queryChainIds, queryHex, queryInstant } from '../../../kernel/http/query-values.js';
import { queryInteger, uuidSchema } from '../../../kernel/http/validation.js';
import { pagingFields } from './paging.dto.js';

const statuses = ['delivered', 'failed', 'pending'] as const;
// int8 in the database; what JSON cannot carry exactly is no block of any chain.
const block = queryInteger(0, Number.MAX_SAFE_INTEGER);

export const listEventsQuerySchema = z.strictObject({
  ...pagingFields,
  at_time: queryInstant
    .optional()
    .meta({ description: 'The page begins with the newest event that was ingested at or before this time.' }),
  at_block: block
    .optional()
    .meta({ description: 'The page begins with the newest event whose block is at or below this one.' }),
  endpoint_id: uuidSchema.optional().meta({ description: 'Only attempts at this endpoint count.' }),
  application_id: uuidSchema
    .optional()
    .meta({ description: 'Only attempts at endpoints of this application count.' }),
  chain_ids: queryChainIds.optional().meta({
    description: 'Only attempts at endpoints that listen to one of these chains count, e.g. 1,10.',
  }),
  status: z
    .enum(statuses, `must be one of ${statuses.join(', ')}`)
    .optional()
    .meta({ description: 'By the attempts that count; `pending`: none of them has an outcome yet.' }),
  start_date: queryInstant.optional().meta({ description: 'Start of the ingestion times, included.' }),
  end_date: queryInstant.optional().meta({ description: 'End of the ingestion times, excluded.' }),
  from_block: block.optional().meta({ description: 'Lowest block, included.' }),
  to_block: block.optional().meta({ description: 'Highest block, included.' }),
  transaction_hash: queryHex(32).optional(),
  contract_address: queryHex(20).optional(),
  topic0: queryHex(32)
    .optional()
    .meta({ description: "The event's first topic: the hash of its signature." }),
});

export type ListEventsQuery = z.output<typeof listEventsQuerySchema>;
