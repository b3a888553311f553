import { z } from 'zod';
import { objectMessage } from '../../../../kernel/http/body-values.js';
import { queryInteger } from '../../../../kernel/http/validation.js';
import { askFields } from '../../runs/dto/ask-run.body.js';

const nameMessage = 'must be a name of at most 63 characters';
const name = z
  .string(nameMessage)
  .min(1, nameMessage)
  .max(63, nameMessage)
  .refine((text) => !text.includes('\0'), nameMessage);

export const indexParamSchema = z.object({ name });
export type IndexParam = z.output<typeof indexParamSchema>;

export const indexBodySchema = z
  .strictObject({ ...askFields, schema: name.default('public') }, objectMessage)
  .prefault({})
  .meta({ id: 'IndexBody', example: { schema: 'public', dry_run: true, reason: 'no scan in 50 days' } });

export type IndexBody = z.output<typeof indexBodySchema>;

export const indexEvidenceQuerySchema = z.strictObject({
  min_observed_hours: queryInteger(0, 87_600)
    .optional()
    .meta({ description: 'No index is called unused by statistics that are younger; 168 by default.' }),
});

export type IndexEvidenceQuery = z.output<typeof indexEvidenceQuerySchema>;
