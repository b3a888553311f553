import { z } from 'zod';
import { timestampSchema } from '../../../../kernel/http/validation.js';

export const severitySchema = z.enum(['info', 'warning', 'critical']);

export const checkNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,99}$/, 'must be the name of a check: lower case letters, digits and hyphens');

/** What every answer says of itself. */
export const lookFields = {
  as_of: timestampSchema.meta({ description: "By the database's clock." }),
  limits: z
    .array(z.string())
    .meta({ description: 'What could not be looked at or done, and what would allow it.' }),
};

export const lookExample = { as_of: '2026-01-02T03:04:05.123456Z', limits: [] };
