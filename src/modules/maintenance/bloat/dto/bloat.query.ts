import { z } from 'zod';
import { queryBoolean } from '../../../../kernel/http/validation.js';

export const bloatQuerySchema = z.strictObject({
  measured: queryBoolean.default(false).meta({
    type: 'boolean',
    description: 'With pgstattuple, where it is installed: it reads all that it measures. Else by estimate.',
  }),
});

export type BloatQuery = z.output<typeof bloatQuerySchema>;
