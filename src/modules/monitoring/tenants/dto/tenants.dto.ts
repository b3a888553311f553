import { z } from 'zod';
import { timestampSchema } from '../../../../kernel/http/validation.js';

const id = z.string().meta({ format: 'uuid' });
const count = z.number().int().nonnegative();
const ms = z.number().nonnegative();
const estimate = z
  .number()
  .nullable()
  .meta({ description: 'An estimate: rows times the average size of a row.' });
const percent = z
  .number()
  .min(0)
  .max(100)
  .nullable()
  .meta({ description: 'Of the whole; null where there is none.' });

/** Who it is. `nobody`: requests without a login; `others`: tenants that an instance had no room for. */
export const tenantStates = ['active', 'deleted', 'nobody', 'others'] as const;

const used = {
  requests: count,
  database_ms: ms.meta({ description: 'Of its statements, as the instances have waited for them.' }),
  rows: count.meta({ description: 'Given back or changed by its statements.' }),
  response_bytes: count.meta({ description: 'Bodies of answers; without streams.' }),
};
const stored = {
  attempts: count,
  events: count,
  stored_bytes: estimate,
  attempts_per_day: z.number().meta({ description: 'Mean of the last 7 full days (UTC).' }),
  bytes_per_day: estimate,
};
const who = {
  user_id: id,
  email: z.string().nullable(),
  state: z.enum(tenantStates),
};
const tenant = {
  ...who,
  ...used,
  statements: count,
  ...stored,
  percent: z.object({
    requests: percent,
    database_ms: percent,
    rows: percent,
    response_bytes: percent,
    stored_bytes: percent,
  }),
};
const about = { as_of: timestampSchema, limits: z.array(z.string()) };
const range = { from: timestampSchema, until: timestampSchema };

export const tenantListSchema = z
  .object({ ...about, ...range, total: count, tenants: z.array(z.object(tenant)) })
  .meta({ id: 'TenantList' });
export type TenantListDto = z.infer<typeof tenantListSchema>;
export type TenantDto = TenantListDto['tenants'][number];

export const tenantDetailsSchema = z
  .object({
    ...about,
    ...range,
    tenant: z.object(tenant),
    endpoints: z
      .array(
        z.object({
          endpoint_id: id.nullable().meta({ description: 'null: not about one endpoint.' }),
          name: z.string().nullable(),
          is_deleted: z.boolean(),
          ...used,
          statements: count,
          ...stored,
        }),
      )
      .meta({ description: 'Most database time first, at most 100.' }),
    step_hours: count,
    series: z
      .array(z.object({ at: timestampSchema, ...used }))
      .meta({ description: 'A step in which nothing was asked has no point.' }),
  })
  .meta({ id: 'TenantDetails' });
export type TenantDetailsDto = z.infer<typeof tenantDetailsSchema>;

export const topTenantsSchema = z
  .object({
    ...about,
    refreshed_at: timestampSchema
      .nullable()
      .meta({ description: 'The end of the 24 hours; null where nobody had a delivery in them.' }),
    tenants: z.array(
      z.object({
        ...who,
        events: count,
        deliveries: count,
        successes: count,
        failures: count,
        avg_duration_ms: ms.nullable(),
        deliveries_percent: percent,
      }),
    ),
  })
  .meta({ id: 'TopTenants' });
export type TopTenantsDto = z.infer<typeof topTenantsSchema>;
