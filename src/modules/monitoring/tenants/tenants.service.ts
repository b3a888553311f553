import { Injectable } from '@nestjs/common';
import { Database } from '../../../kernel/database/database.js';
import { rangeOf } from '../requests/time-range.js';
import type { TenantDetailsDto, TenantListDto, TopTenantsDto } from './dto/tenants.dto.js';
import type { ListTenantsQuery, TenantQuery, TopTenantsQuery } from './dto/tenants.query.js';
import { endpointDto, pointDto, recentDto, tenantDto } from './tenant-dto.js';
import { tenantNotFound } from './tenants.errors.js';
import { TenantsReadModel, type HourRange, type TenantRow } from './tenants.read-model.js';

const HOUR_MS = 3_600_000;
const MAX_ENDPOINTS = 100;
/** Longer ranges are told by the day. */
const MAX_HOURLY_MS = 7 * 24 * HOUR_MS;
const MAX_FOLD_SECONDS = 60;

const estimated =
  'stored_bytes and bytes_per_day are estimates: rows times the average size of a row of the table, indexes included; an event ' +
  'counts for each tenant that it was tried for.';
const unknownRows =
  'The size of a row is not known, since delivery_attempts or events has never been analyzed: ANALYZE delivery_attempts, events;';
const neverFilled =
  'user_recent_stats is not there or was never filled: the job refresh-recent-stats of maintenance does it.';

/** Who costs what, for administrators. */
@Injectable()
export class TenantsService {
  constructor(private readonly database: Database) {}

  list({ from, until, ...page }: ListTenantsQuery): Promise<TenantListDto> {
    const range = rangeOf({ from, until }, HOUR_MS);
    return this.read(async (tenants) => {
      const rows = await tenants.list(range, page);
      const [first] = rows;
      return {
        ...(await about(tenants, first)),
        ...range,
        total: first?.tenants ?? 0,
        tenants: rows.map(tenantDto),
      };
    });
  }

  /** Throws 404 tenant_not_found. */
  find(userId: string, asked: TenantQuery): Promise<TenantDetailsDto> {
    const range = rangeOf(asked, HOUR_MS);
    const stepHours = lengthOf(range) > MAX_HOURLY_MS ? 24 : 1;
    return this.read(async (tenants) => {
      const tenant = await tenants.find(range, userId);
      if (tenant === undefined) throw tenantNotFound();
      const endpoints = await tenants.endpoints(range, userId, MAX_ENDPOINTS);
      const series = await tenants.series(range, userId, stepHours);
      return {
        ...(await about(tenants, tenant)),
        ...range,
        tenant: tenantDto(tenant),
        endpoints: endpoints.map(endpointDto),
        step_hours: stepHours,
        series: series.map(pointDto),
      };
    });
  }

  top(page: TopTenantsQuery): Promise<TopTenantsDto> {
    return this.read(async (tenants) => {
      const rows = await tenants.recent(page);
      return {
        as_of: await tenants.clock(),
        limits: rows === null ? [neverFilled] : [],
        refreshed_at: rows?.[0]?.refreshedAt ?? null,
        tenants: (rows ?? []).map(recentDto),
      };
    });
  }

  private read<T>(read: (tenants: TenantsReadModel) => Promise<T>): Promise<T> {
    return this.database.transaction({ work: 'background', readOnly: true, snapshot: true }, (tx) =>
      read(new TenantsReadModel(tx)),
    );
  }
}

async function about(tenants: TenantsReadModel, known: TenantRow | undefined) {
  const { sinceFoldSeconds, rebuilds } = await tenants.foldStatus();
  const limits = [
    known !== undefined && known.storedBytes === null ? unknownRows : estimated,
    ...(sinceFoldSeconds > MAX_FOLD_SECONDS
      ? [`Attempts and events are as of the last fold, ${Math.round(sinceFoldSeconds)} s ago.`]
      : []),
    ...(rebuilds > 0
      ? [`${rebuilds} tenants' attempts and events are being counted anew, and may be too few until then.`]
      : []),
  ];
  return { as_of: await tenants.clock(), limits };
}

const lengthOf = ({ from, until }: HourRange) => Date.parse(until) - Date.parse(from);
