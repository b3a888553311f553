import { z } from 'zod';

const bloat = {
  schema: z.string(),
  table: z.string(),
  size_bytes: z.number().int().nonnegative(),
  wasted_bytes: z
    .number()
    .int()
    .nonnegative()
    .meta({ description: 'What it would give back, written anew.' }),
  wasted_ratio: z.number().min(0).max(1),
  source: z.enum(['estimate', 'pgstattuple']),
};

export const bloatSchema = z
  .object({
    tables: z
      .array(z.object(bloat))
      .meta({ description: 'Most wasted bytes first; without what is stored out of line.' }),
    indexes: z.array(z.object({ ...bloat, index: z.string() })).meta({ description: 'B-trees.' }),
  })
  .meta({ id: 'Bloat' });

export type BloatDto = z.infer<typeof bloatSchema>;

export const bloatExample: BloatDto = {
  tables: [],
  indexes: [
    {
      schema: 'public',
      table: 'delivery_attempts',
      index: 'delivery_attempts_pkey',
      size_bytes: 275_775_488,
      wasted_bytes: 126_976_000,
      wasted_ratio: 0.46,
      source: 'pgstattuple',
    },
  ],
};
