import { z } from 'zod';
import { queryInteger } from '../../../../kernel/http/validation.js';
import { rangeFields } from '../../requests/dto/route-latencies.query.js';

/** What tenants can be sorted by. */
export const tenantSorts = [
  'database_ms',
  'requests',
  'rows',
  'response_bytes',
  'stored_bytes',
  'growth',
] as const;

const MAX_OFFSET = 1_000_000;
const pageFields = {
  limit: queryInteger(1, 100).default(50).meta({ description: 'Tenants on the page, 50 by default.' }),
  offset: queryInteger(0, MAX_OFFSET).default(0).meta({ description: 'So many are skipped.' }),
};

export const listTenantsQuerySchema = z.strictObject({
  ...rangeFields,
  ...pageFields,
  sort: z
    .enum(tenantSorts, `must be one of ${tenantSorts.join(', ')}`)
    .default('database_ms')
    .meta({ description: 'The largest first; `growth` is of stored bytes per day.' }),
});
export type ListTenantsQuery = z.output<typeof listTenantsQuerySchema>;

export const topTenantsQuerySchema = z.strictObject(pageFields);
export type TopTenantsQuery = z.output<typeof topTenantsQuerySchema>;

export const tenantQuerySchema = z.strictObject(rangeFields);
export type TenantQuery = z.output<typeof tenantQuerySchema>;
