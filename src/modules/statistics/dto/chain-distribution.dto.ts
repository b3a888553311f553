import { z } from 'zod';
import { count, percent } from './figures.js';

export const chainDistributionSchema = z
  .object({
    distributions: z.array(
      z
        .object({
          chain_id: z.number().int(),
          chain_name: z.string(),
          event_count: count.meta({
            description: 'An event counts once for each chain of the endpoints it was tried at.',
          }),
          percentage: percent.meta({
            description:
              'Of total_events. Together they are more than 100 where endpoints have several chains.',
          }),
        })
        .meta({ id: 'ChainShare' }),
    ),
    total_events: count.meta({ description: 'Distinct events that count for a chain.' }),
  })
  .meta({ id: 'ChainDistribution' });

export type ChainDistributionDto = z.infer<typeof chainDistributionSchema>;

export const chainDistributionExample: ChainDistributionDto = {
  distributions: [
    { chain_id: 1, chain_name: 'Ethereum', event_count: 750, percentage: 75 },
    { chain_id: 10, chain_name: 'Optimism', event_count: 500, percentage: 50 },
  ],
  total_events: 1000,
};
