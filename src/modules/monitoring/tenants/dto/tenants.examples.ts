import type { TenantDetailsDto, TenantDto, TenantListDto, TopTenantsDto } from './tenants.dto.js';

const who = {
  user_id: '7c0e5b0a-57f3-4b0c-9a55-4c9df1d3f0aa',
  email: 'tenant@example.com',
  state: 'active',
} as const;
const used = { requests: 18_320, database_ms: 40_117.5, rows: 391_204, response_bytes: 88_412_007 };
const stored = {
  attempts: 1_204_511,
  events: 602_113,
  stored_bytes: 941_222_400,
  attempts_per_day: 40_150,
  bytes_per_day: 31_374_080,
};
const tenant: TenantDto = {
  ...who,
  ...used,
  statements: 21_033,
  ...stored,
  percent: { requests: 38, database_ms: 43.6, rows: 51.2, response_bytes: 40.1, stored_bytes: 21.5 },
};
const about = { as_of: '2026-01-02T03:04:05.123456Z', limits: [] };
const range = { from: '2026-01-01T03:00:00Z', until: '2026-01-02T04:00:00Z' };

export const tenantListExample: TenantListDto = { ...about, ...range, total: 1, tenants: [tenant] };

export const tenantDetailsExample: TenantDetailsDto = {
  ...about,
  ...range,
  tenant,
  endpoints: [
    {
      endpoint_id: '0b6f6d1e-6d3c-4c1b-9a54-0f0f0f0f0f0f',
      name: 'production',
      is_deleted: false,
      ...used,
      statements: 18_400,
      ...stored,
    },
  ],
  step_hours: 1,
  series: [{ at: '2026-01-01T03:00:00Z', ...used }],
};

export const topTenantsExample: TopTenantsDto = {
  ...about,
  refreshed_at: '2026-01-02T03:00:00.004211Z',
  tenants: [
    {
      ...who,
      events: 20_075,
      deliveries: 40_150,
      successes: 39_911,
      failures: 239,
      avg_duration_ms: 184.2,
      deliveries_percent: 21.4,
    },
  ],
};
