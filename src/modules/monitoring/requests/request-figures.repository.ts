import type { QueryRunner } from '../../../kernel/database/database.js';
import type {
  RequestMinute,
  RouteFigures,
  TenantFigures,
} from '../../../kernel/telemetry/requests/request-minute.js';
import { addRouteMinute, type RouteMinute } from './queries/add-route-minute.sql.js';
import { addTenantHour, type TenantCost } from './queries/add-tenant-hour.sql.js';
import { rollUpRouteHour } from './queries/roll-up-route-hour.sql.js';

/** Keeps what an instance has recorded. */
export class RequestFiguresRepository {
  /** `transaction`: all of a minute is kept, or nothing of it. */
  constructor(private readonly transaction: QueryRunner) {}

  /** Once: a minute whose end of the transaction nobody has seen may be given again. */
  async keep(instance: string, recorded: RequestMinute): Promise<void> {
    const { minute, part } = recorded;
    const routes = recorded.routes.map(routeRow);
    const added = await this.transaction.query(addRouteMinute({ minute, instance, part, routes }));
    if (added.length === 0) return;
    await this.transaction.query(addTenantHour({ minute, tenants: recorded.tenants.map(tenantRow) }));
  }

  /** Makes one row a route of the oldest hour that ended before so many days; gives how many there were, 0: none is left. */
  async rollUpHour(days: number): Promise<number> {
    const [rolled] = await this.transaction.query(rollUpRouteHour({ days }));
    return rolled?.rows ?? 0;
  }
}

function routeRow(figures: RouteFigures): RouteMinute {
  const latencies = [...figures.latencies].sort(([one], [other]) => one - other);
  return {
    route: figures.route,
    method: figures.method,
    requests: figures.requests,
    errors: figures.errors,
    client_errors: figures.clientErrors,
    timeouts: figures.timeouts,
    cache_hits: figures.cacheHits,
    cache_misses: figures.cacheMisses,
    sum_ms: figures.sumMs,
    max_ms: figures.maxMs,
    database_ms: figures.databaseMs,
    bins: latencies.map(([bin]) => bin),
    counts: latencies.map(([, count]) => count),
  };
}

const tenantRow = ({ userId, endpointId, ms, ...figures }: TenantFigures): TenantCost => ({
  user_id: userId,
  endpoint_id: endpointId,
  database_ms: ms,
  ...figures,
});
