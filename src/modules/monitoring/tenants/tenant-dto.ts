import { NO_ENDPOINT, NOBODY, OTHERS } from '../../../kernel/telemetry/requests/request-minute.js';
import type { TenantDetailsDto, TenantDto, TopTenantsDto } from './dto/tenants.dto.js';
import type { RecentTenantRow, TenantEndpointRow, TenantPointRow, TenantRow } from './tenants.read-model.js';

export const tenantDto = (row: TenantRow): TenantDto => ({
  ...whoIs(row),
  ...usedOf(row),
  statements: Number(row.statements),
  ...storedOf(row),
  percent: {
    requests: percentOf(row.requestsShare),
    database_ms: percentOf(row.databaseShare),
    rows: percentOf(row.rowsShare),
    response_bytes: percentOf(row.bytesShare),
    stored_bytes: percentOf(row.storedShare),
  },
});

export const endpointDto = (row: TenantEndpointRow): TenantDetailsDto['endpoints'][number] => ({
  endpoint_id: row.endpointId === NO_ENDPOINT ? null : row.endpointId,
  name: row.name,
  is_deleted: row.endpointId !== NO_ENDPOINT && !row.isThere,
  ...usedOf(row),
  statements: Number(row.statements),
  ...storedOf(row),
});

export const pointDto = (row: TenantPointRow): TenantDetailsDto['series'][number] => ({
  at: row.at,
  ...usedOf(row),
});

export const recentDto = (row: RecentTenantRow): TopTenantsDto['tenants'][number] => ({
  ...whoIs(row),
  events: Number(row.events),
  deliveries: Number(row.deliveries),
  successes: Number(row.successes),
  failures: Number(row.failures),
  avg_duration_ms: row.avgDurationMs,
  deliveries_percent: percentOf(row.deliveriesShare),
});

function whoIs({ userId, email, isThere }: Pick<TenantRow, 'userId' | 'email' | 'isThere'>) {
  const state =
    userId === NOBODY ? 'nobody' : userId === OTHERS ? 'others' : isThere ? 'active' : ('deleted' as const);
  return { user_id: userId, email, state } satisfies Partial<TenantDto>;
}

const usedOf = (row: Pick<TenantRow, 'requests' | 'databaseMs' | 'rows' | 'bytes'>) => ({
  requests: Number(row.requests),
  database_ms: row.databaseMs,
  rows: Number(row.rows),
  response_bytes: Number(row.bytes),
});

const storedOf = (
  row: Pick<TenantRow, 'attempts' | 'events' | 'storedBytes' | 'attemptsPerDay' | 'bytesPerDay'>,
) => ({
  attempts: Number(row.attempts),
  events: Number(row.events),
  stored_bytes: row.storedBytes,
  attempts_per_day: row.attemptsPerDay,
  bytes_per_day: row.bytesPerDay,
});

const percentOf = (share: number | null) => (share === null ? null : share * 100);
