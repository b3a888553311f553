import { availableParallelism } from 'node:os';
import { withQuery, withThrowawayServer, type Query } from '../../scripts/throwaway-server.js';
import { runMigrations } from '../../src/data-source.js';
import { seedDemoData } from '../../src/demo/seed.js';
import { buildRollups } from '../../src/modules/statistics/index.js';
import { apiPath, withAdminServer, type AdminServer } from '../live-statistics/admin-server.js';
import { HttpClient } from '../live-statistics/http-client.js';
import { measureThroughput, type Operation, type Throughput } from '../live-statistics/load.js';
import { atLeast, atMost, type Bound } from '../report/bounds.js';
import type { Say } from '../report/run-bench.js';
import type { CacheOptions } from './options.js';

export interface CacheResult {
  ranAt: string;
  cpus: number;
  node: string;
  events: number;
  seconds: number;
  kept: Throughput[];
  /** The same with CACHE_TTL_SECONDS=0. */
  read: Throughput[];
  crowd: { requests: number; statements: number };
}

const USERS = 20;
const PASSWORD = 'demo-password';
const CROWD = 200;
const MIN_SHARE = 80;
/** So many clients keep a process busy without its queue being all that is measured. */
export const JUDGED_CLIENTS = 32;
/** For ever, as benches go. */
const KEPT_SECONDS = 3600;

/** Does nothing: what the others are held against. */
export const TRIVIAL = 'GET /health/live';
export const routes: readonly (readonly [name: string, path: string])[] = [
  ['dashboard', '/statistics/dashboard'],
  ['chain distribution', '/statistics/chain-distribution'],
  ['24 hours by the hour', '/statistics/timeseries'],
];

export const rateOf = (all: readonly Throughput[], name: string, clients = JUDGED_CLIENTS) =>
  all.find((each) => each.name === name && each.clients === clients)?.perSecond ?? NaN;

export function judge({ kept, crowd }: CacheResult): Bound[] {
  const trivial = rateOf(kept, TRIVIAL);
  return [
    ...routes
      .slice(0, 1)
      .map(([name]) =>
        atLeast(
          `a hit of ${name}, % of the rate of ${TRIVIAL}`,
          MIN_SHARE,
          (100 * rateOf(kept, name)) / trivial,
        ),
      ),
    atMost(`statements of ${crowd.requests} who ask at once for what is not kept`, 1, crowd.statements),
  ];
}

export const measureCache = ({ events, seconds }: CacheOptions, say: Say, signal: AbortSignal) =>
  withThrowawayServer(async (databaseUrl): Promise<CacheResult> => {
    say(`a database with ${events} events of ${USERS} users`);
    await runMigrations(databaseUrl, () => undefined);
    await seedDemoData(databaseUrl, {
      ...{ events, users: USERS, days: 30, seed: 42, until: new Date() },
      ...{ emailDomain: 'example.com', password: PASSWORD },
    });
    await buildRollups(databaseUrl, () => undefined, signal);
    const measure = (cacheSeconds: number) =>
      withAdminServer(databaseUrl, { folds: false, cacheSeconds }, signal, async (server) => {
        say(`${routes.length + 1} routes, kept for ${cacheSeconds} s`);
        return measureRates(server, seconds, signal);
      });
    const kept = await measure(KEPT_SECONDS);
    const read = await measure(0);
    say(`${CROWD} requests at once`);
    const crowd = await withQuery(databaseUrl, (query) => measureCrowd(databaseUrl, query, signal));
    return {
      ranAt: new Date().toISOString(),
      cpus: availableParallelism(),
      node: process.versions.node,
      events,
      seconds,
      kept,
      read,
      crowd,
    };
  });

async function measureRates(
  server: AdminServer,
  seconds: number,
  signal: AbortSignal,
): Promise<Throughput[]> {
  const token = await server.logIn('tenant1@example.com', PASSWORD);
  const operations: Operation<HttpClient>[] = [[TRIVIAL, '/health/live'] as const, ...routes].map(
    ([name, path]) => ({ name, send: (client) => client.get(apiPath(path), token) }),
  );
  return measureThroughput(() => HttpClient.connect(server.url), operations, seconds, signal);
}

function measureCrowd(databaseUrl: string, query: Query, signal: AbortSignal): Promise<CacheResult['crowd']> {
  return withAdminServer(databaseUrl, { folds: false, cacheSeconds: 30 }, signal, async (server) => {
    const token = await server.logIn('tenant2@example.com', PASSWORD);
    const clients = await Promise.all(Array.from({ length: CROWD }, () => HttpClient.connect(server.url)));
    await query('SELECT pg_stat_statements_reset()');
    await Promise.all(clients.map((client) => client.get(apiPath('/statistics/dashboard'), token)));
    await Promise.all(clients.map((client) => client.close()));
    const [row] = await query(
      `SELECT coalesce(sum(s.calls), 0)::int AS calls FROM pg_stat_statements s
        WHERE s.query ~ '/\\* statistics\\.live-read-dashboard \\*/'`,
    );
    return { requests: CROWD, statements: Number(row?.['calls']) };
  });
}
