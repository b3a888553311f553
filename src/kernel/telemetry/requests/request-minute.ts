import { latencyBin } from './latency-bins.js';
import type { DatabaseUse } from './request-cost.js';

/** Nobody has said who it was. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';
/** All the tenants that there was no room for. */
export const OTHERS = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** In place of an endpoint: the request was about none, or about many. */
export const NO_ENDPOINT = NOBODY;

/** Of one minute; in one process. */
const MAX_TENANTS = 4000;

export interface RecordedRequest {
  /** A template, with the base path: `/api/v1/endpoints/:id`. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  /** null: it was refused before any work, or is a stream. Such a request is counted, and has no latency. */
  readonly ms: number | null;
  readonly isTimeout: boolean;
  /** X-Cache. */
  readonly cache: string | undefined;
  readonly userId: string;
  readonly endpointId: string;
  readonly bytes: number;
}

export interface RouteFigures {
  readonly route: string;
  readonly method: string;
  requests: number;
  errors: number;
  clientErrors: number;
  timeouts: number;
  cacheHits: number;
  cacheMisses: number;
  sumMs: number;
  maxMs: number;
  databaseMs: number;
  /** How many of each latency bin. */
  readonly latencies: Map<number, number>;
}

export interface TenantFigures extends DatabaseUse {
  readonly userId: string;
  readonly endpointId: string;
  requests: number;
  bytes: number;
}

/** The requests of a minute, added up by route and by tenant. */
export class RequestMinute {
  private readonly byRoute = new Map<string, RouteFigures>();
  private readonly byTenant = new Map<string, TenantFigures>();

  constructor(
    /** Minutes since 1970, by this machine's clock. */
    readonly minute: number,
    /** Of this process's minutes it is the so-manieth; a minute that is kept before its end has two. */
    readonly part: number,
  ) {}

  get routes(): RouteFigures[] {
    return [...this.byRoute.values()];
  }

  get tenants(): TenantFigures[] {
    return [...this.byTenant.values()];
  }

  get size(): number {
    return this.byRoute.size + this.byTenant.size;
  }

  get requests(): number {
    return this.routes.reduce((sum, { requests }) => sum + requests, 0);
  }

  add(request: RecordedRequest, use: DatabaseUse): void {
    const { status, ms, cache } = request;
    const figures = this.routeOf(request);
    figures.requests++;
    if (status >= 500) figures.errors++;
    else if (status >= 400) figures.clientErrors++;
    if (request.isTimeout) figures.timeouts++;
    if (cache === 'hit' || cache === 'stale') figures.cacheHits++;
    else if (cache !== undefined) figures.cacheMisses++;
    if (ms !== null) addLatency(figures, ms);
    const tenant = this.tenantOf(request);
    tenant.requests++;
    tenant.bytes += request.bytes;
    addTo(figures, tenant, use);
  }

  /** Of a request that has been added before, to this minute or an earlier one. */
  addUse(request: RecordedRequest, use: DatabaseUse): void {
    addTo(this.routeOf(request), this.tenantOf(request), use);
  }

  private routeOf({ route, method }: RecordedRequest): RouteFigures {
    const key = `${method} ${route}`;
    const known = this.byRoute.get(key);
    if (known !== undefined) return known;
    const figures = newRoute(route, method);
    this.byRoute.set(key, figures);
    return figures;
  }

  private tenantOf({ userId, endpointId }: RecordedRequest): TenantFigures {
    const known = this.byTenant.get(userId + endpointId);
    if (known !== undefined) return known;
    const isFull = this.byTenant.size >= MAX_TENANTS;
    const own = isFull ? { userId: OTHERS, endpointId: NO_ENDPOINT } : { userId, endpointId };
    const key = own.userId + own.endpointId;
    const figures = this.byTenant.get(key) ?? {
      ...own,
      requests: 0,
      bytes: 0,
      ms: 0,
      rows: 0,
      statements: 0,
    };
    this.byTenant.set(key, figures);
    return figures;
  }
}

const newRoute = (route: string, method: string): RouteFigures => ({
  route,
  method,
  requests: 0,
  errors: 0,
  clientErrors: 0,
  timeouts: 0,
  cacheHits: 0,
  cacheMisses: 0,
  sumMs: 0,
  maxMs: 0,
  databaseMs: 0,
  latencies: new Map(),
});

function addTo(route: RouteFigures, tenant: TenantFigures, { ms, rows, statements }: DatabaseUse): void {
  route.databaseMs += ms;
  tenant.ms += ms;
  tenant.rows += rows;
  tenant.statements += statements;
}

function addLatency(figures: RouteFigures, ms: number): void {
  figures.sumMs += ms;
  figures.maxMs = Math.max(figures.maxMs, ms);
  const bin = latencyBin(ms);
  figures.latencies.set(bin, (figures.latencies.get(bin) ?? 0) + 1);
}
