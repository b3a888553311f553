import { availableParallelism } from 'node:os';
import { withQuery, withThrowawayServer, type Query } from '../../scripts/throwaway-server.js';
import { runMigrations } from '../../src/data-source.js';
import { seedDemoData } from '../../src/demo/seed.js';
import { buildRollups } from '../../src/modules/statistics/index.js';
import { apiPath, withAdminServer, type AdminServer } from '../live-statistics/admin-server.js';
import { HttpClient } from '../live-statistics/http-client.js';
import { CLIENTS, runRound, withClients } from '../live-statistics/load.js';
import { atLeast, atMost, type Bound } from '../report/bounds.js';
import { median } from '../report/latency.js';
import type { Say } from '../report/run-bench.js';
import type { CacheOptions } from './options.js';

export interface Rate {
  name: string;
  clients: number;
  perSecond: number;
  /** Of the trivial route's, round by round; the median of that. */
  share: number;
}

export interface CacheResult {
  ranAt: string;
  cpus: number;
  node: string;
  events: number;
  milliseconds: number;
  rounds: number;
  kept: Rate[];
  /** The same with CACHE_TTL_SECONDS=0. */
  read: Rate[];
  crowd: { requests: number; statements: number };
}

const USERS = 20;
const PASSWORD = 'demo-password';
const CROWD = 200;
const ROUNDS = 15;
const FEW_ROUNDS = 3;
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

const all = [[TRIVIAL, '/health/live'] as const, ...routes];

export const rateOf = (rates: readonly Rate[], name: string, clients: number) =>
  rates.find((each) => each.name === name && each.clients === clients);

export const judge = ({ kept, crowd }: CacheResult): Bound[] => [
  ...routes.map(([name]) =>
    atLeast(
      `a hit of ${name}, % of the rate of ${TRIVIAL}, ${JUDGED_CLIENTS} clients`,
      MIN_SHARE,
      100 * (rateOf(kept, name, JUDGED_CLIENTS)?.share ?? NaN),
    ),
  ),
  atMost(`statements of ${crowd.requests} who ask at once for what is not kept`, 1, crowd.statements),
];

export const measureCache = ({ events, milliseconds }: CacheOptions, say: Say, signal: AbortSignal) =>
  withThrowawayServer(async (databaseUrl): Promise<CacheResult> => {
    say(`a database with ${events} events of ${USERS} users`);
    await runMigrations(databaseUrl, () => undefined);
    await seedDemoData(databaseUrl, {
      ...{ events, users: USERS, days: 30, seed: 42, until: new Date() },
      ...{ emailDomain: 'example.com', password: PASSWORD },
    });
    await buildRollups(databaseUrl, () => undefined, signal);
    const measure = (cacheSeconds: number, rounds: number) =>
      withAdminServer(databaseUrl, { folds: false, cacheSeconds }, signal, async (server) => {
        say(`${routes.length + 1} routes, kept for ${cacheSeconds} s`);
        return measureRates(server, { seconds: milliseconds / 1000, rounds }, signal);
      });
    const kept = await measure(KEPT_SECONDS, ROUNDS);
    const read = await measure(0, FEW_ROUNDS);
    say(`${CROWD} requests at once`);
    const crowd = await withQuery(databaseUrl, (query) => measureCrowd(databaseUrl, query, signal));
    return {
      ranAt: new Date().toISOString(),
      cpus: availableParallelism(),
      node: process.versions.node,
      events,
      milliseconds,
      rounds: ROUNDS,
      kept,
      read,
      crowd,
    };
  });

/** The routes take turns in short rounds, so that what else the machine does meets all of them. */
async function measureRates(
  server: AdminServer,
  { seconds, rounds }: { seconds: number; rounds: number },
  signal: AbortSignal,
): Promise<Rate[]> {
  const token = await server.logIn('tenant1@example.com', PASSWORD);
  const found: Rate[] = [];
  for (const count of CLIENTS)
    await withClients(
      () => HttpClient.connect(server.url),
      count,
      async (clients) => {
        const send = (path: string) => (client: HttpClient) => client.get(apiPath(path), token);
        const rates = all.map((): number[] => []);
        for (let round = -1; round < rounds; round++)
          for (const [i, [, path]] of all.entries()) {
            const rate = await runRound(clients, send(path), seconds, signal);
            // The first one is for what is compiled and opened then.
            if (round >= 0) rates[i]?.push(rate);
          }
        for (const [i, [name]] of all.entries()) found.push(rateFrom(name, count, rates, i));
      },
    );
  return found;
}

const rateFrom = (
  name: string,
  clients: number,
  [trivial = [], ...others]: number[][],
  index: number,
): Rate => {
  const own = [trivial, ...others][index] ?? [];
  return {
    name,
    clients,
    perSecond: median(own),
    share: median(own.map((rate, round) => rate / (trivial[round] ?? NaN))),
  };
};

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
