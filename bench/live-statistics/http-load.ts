import type { Latency } from '../report/latency.js';
import { apiPath, type AdminServer } from './admin-server.js';
import { PASSWORD } from './databases.js';
import { HttpClient } from './http-client.js';
import { measureThroughput, type Operation, type Throughput } from './load.js';
import { statements } from './statements.js';
import type { Tenant } from './tenants.js';
import { timeWarm } from './timing.js';

export interface HttpLatency {
  route: string;
  latency: Latency;
}

/** Does nothing, and does one prepared primary-key read: what the others are held against. */
export const TRIVIAL = 'GET /health/live';
export const ONE_READ = 'GET /users/me';

/** Each route over one connection, with a tenant's token, and nothing cached: no If-None-Match is sent. */
export async function measureHttpLatencies(
  server: AdminServer,
  tenant: Tenant,
  signal: AbortSignal,
): Promise<HttpLatency[]> {
  const token = await server.logIn(tenant.email, PASSWORD);
  const client = await HttpClient.connect(server.url);
  try {
    const found: HttpLatency[] = [];
    const measure = async (route: string, path: string) =>
      found.push({ route, latency: await timeWarm(() => client.get(apiPath(path), token), signal) });
    await measure(TRIVIAL, '/health/live');
    await measure(ONE_READ, '/users/me');
    for (const { name, path } of statements) if (path) await measure(name, path(tenant));
    return found;
  } finally {
    await client.close();
  }
}

export async function measureHttpThroughput(
  server: AdminServer,
  tenants: readonly Tenant[],
  roundSeconds: number,
  signal: AbortSignal,
): Promise<Throughput[]> {
  const [heavy] = tenants as [Tenant];
  const heavyToken = await server.logIn(heavy.email, PASSWORD);
  const get = (name: string, path: string, token: string): Operation<HttpClient> => ({
    name,
    send: (client) => client.get(apiPath(path), token),
  });
  const operations = [get(TRIVIAL, '/health/live', heavyToken), get(ONE_READ, '/users/me', heavyToken)];
  for (const tenant of tenants) {
    const token = await server.logIn(tenant.email, PASSWORD);
    operations.push(get(`dashboard, ${tenant.name}`, '/statistics/dashboard', token));
  }
  operations.push(get('list, first page, heavy', '/events', heavyToken));
  return measureThroughput(() => HttpClient.connect(server.url), operations, roundSeconds, signal);
}
