import { z } from 'zod';
import { queryBoolean } from '../../../kernel/http/validation.js';
import { granularities, timeRanges } from './timeseries.dto.js';

const MAX_CHAINS = 50;
const INT4_MAX = 2_147_483_647;
const chainListMessage = `must be 1 to ${MAX_CHAINS} chain ids, separated by commas`;
const dateMessage =
  'must be an RFC 3339 time (2026-01-02T03:04:05Z) or a date (2026-01-02, midnight UTC), not before 1970';

const chainIds = z
  .string(chainListMessage)
  .regex(/^\d{1,10}(,\d{1,10}){0,49}$/, chainListMessage)
  .transform((text) => [...new Set(text.split(',').map(Number))].sort((a, b) => a - b))
  .refine((ids) => ids.every((id) => id <= INT4_MAX), `each must be at most ${INT4_MAX}`);

// A URL's plain "+" of a zone offset arrives as a blank.
const instant = z
  .string(dateMessage)
  .transform((text) => text.replace(' ', '+'))
  .refine(isInstant, dateMessage);

export const timeseriesQuerySchema = z.strictObject({
  time_range: z
    .enum(timeRanges, `must be one of ${timeRanges.join(', ')}`)
    .default('24h')
    .meta({
      description: 'Trailing window, to the microsecond. Not used where both dates are given.',
    }),
  granularity: z.enum(granularities, `must be one of ${granularities.join(', ')}`).default('hour'),
  chain_ids: chainIds
    .optional()
    .meta({ description: 'Only endpoints that listen to one of these chains, e.g. 1,10.' }),
  success: queryBoolean.optional().meta({ description: 'Only attempts with this outcome.' }),
  start_date: instant.optional().meta({ description: 'Start of the window, included. Alone: up to now.' }),
  end_date: instant
    .optional()
    .meta({ description: 'End of the window, excluded. Alone: time_range before it.' }),
});

export type TimeseriesQuery = z.output<typeof timeseriesQuerySchema>;

function isInstant(text: string): boolean {
  const date =
    /^((?:19[7-9]|[2-9]\d\d)\d-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(
      text,
    );
  if (date === null || Number.isNaN(Date.parse(text))) return false;
  // Date.parse takes 2026-02-31 for March; PostgreSQL would refuse it.
  const [, day = ''] = date;
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
