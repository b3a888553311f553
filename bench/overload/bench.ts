import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { withThrowawayServer } from '../../scripts/throwaway-server.js';
import { runMigrations } from '../../src/data-source.js';
import { seedDemoData } from '../../src/demo/seed.js';
import { apiPath, withAdminServer, type AdminServer } from '../live-statistics/admin-server.js';
import { HttpClient } from '../live-statistics/http-client.js';
import { atLeast, atMost, none, type Bound } from '../report/bounds.js';
import type { Say } from '../report/run-bench.js';
import { CLIENTS, FACTOR, type OverloadOptions } from './options.js';
import { openLoop, type OpenLoop } from './open-loop.js';

export interface OverloadResult {
  ranAt: string;
  cpus: number;
  node: string;
  seconds: number;
  /** Answers a second, closed loop. */
  maximum: number;
  overload: OpenLoop;
  /** Half the maximum, from the end of the overload on. */
  after: OpenLoop;
  residentMiB: { before: number; most: number };
}

const PASSWORD = 'demo-password';
const USERS = 20;
const EVENTS = 20_000;
/** More than the server has in flight: the others are refused at once. */
const CONNECTIONS = 800;
const RECOVERY_S = 5;
const RECOVERY_MEASURED_S = 10;
const WARM_UP_MS = 3000;

/** Of FACTOR: the client does what it can. */
const ASKED_TIMES = 2.85;
const MIN_SHARE = 0.8;
const MAX_REFUSAL_MS = 500;
const MAX_ANSWER_MS = 3500;
const MAX_GROWTH_MIB = 200;

export const judge = ({ maximum, overload, after, residentMiB }: OverloadResult): Bound[] => [
  atLeast('asked for, times the maximum', ASKED_TIMES, overload.askedPerSecond / maximum),
  atLeast(
    'answered while overloaded, % of the maximum',
    100 * MIN_SHARE,
    (100 * overload.answeredPerSecond) / maximum,
  ),
  none('requests that were neither answered nor refused', overload.failed + after.failed),
  atMost('p99 of a refusal, ms', MAX_REFUSAL_MS, overload.refused.p99),
  atMost('longest answer, ms', MAX_ANSWER_MS, overload.answered.max),
  atMost('growth of resident memory, MiB', MAX_GROWTH_MIB, residentMiB.most - residentMiB.before),
  atMost('last refusal after the overload, s', RECOVERY_S, after.lastRefusedAt ?? 0),
];

export const measureOverload = (options: OverloadOptions, say: Say, signal: AbortSignal) =>
  withThrowawayServer(async (databaseUrl) => {
    say(`a database with ${USERS} tenants`);
    await runMigrations(databaseUrl, () => undefined);
    await seedDemoData(databaseUrl, {
      ...{ events: EVENTS, users: USERS, days: 30, seed: 42, until: new Date() },
      ...{ emailDomain: 'example.com', password: PASSWORD },
    });
    return withAdminServer(databaseUrl, { folds: true }, signal, (server) =>
      measure(options, server, say, signal),
    );
  });

async function measure(
  { seconds }: OverloadOptions,
  server: AdminServer,
  say: Say,
  signal: AbortSignal,
): Promise<OverloadResult> {
  const tokens = await Promise.all(
    Array.from({ length: USERS / 2 }, (_, n) => server.logIn(`tenant${n + 1}@example.com`, PASSWORD)),
  );
  const paths = ['/statistics/dashboard', '/events', '/applications'].map(apiPath);
  const send = (client: HttpClient, n: number) =>
    client.ask(paths[n % paths.length] ?? '', tokens[n % tokens.length]);
  say('the rollups are built');
  while ((await server.gauge('ethhook_rebuilds_pending')) > 0) await sleep(200, undefined, { signal });
  say(`the most that ${CLIENTS} clients are answered`);
  await closedLoop(server, WARM_UP_MS, send);
  const before = await resident(server);
  const maximum = await closedLoop(server, (seconds * 1000) / 3, send);
  say(`${FACTOR} times ${maximum.toFixed(0)} requests/s for ${seconds} s`);
  let most = 0;
  const watching = setInterval(() => {
    void resident(server).then(
      (mib) => (most = Math.max(most, mib)),
      () => undefined,
    );
  }, 1000);
  const overload = await openLoop(server.url, CONNECTIONS, FACTOR * maximum, seconds, send, signal).finally(
    () => clearInterval(watching),
  );
  say('half the maximum');
  const after = await openLoop(server.url, CONNECTIONS, maximum / 2, RECOVERY_MEASURED_S, send, signal);
  return {
    ranAt: new Date().toISOString(),
    cpus: availableParallelism(),
    node: process.versions.node,
    seconds,
    maximum,
    overload,
    after,
    residentMiB: { before, most },
  };
}

const resident = async (server: AdminServer) =>
  (await server.gauge('process_resident_memory_bytes')) / 2 ** 20;

async function closedLoop(
  { url }: AdminServer,
  ms: number,
  send: (client: HttpClient, n: number) => Promise<{ status: number }>,
): Promise<number> {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => HttpClient.connect(url)));
  const startedAt = performance.now();
  let answers = 0;
  const loop = async (client: HttpClient, first: number) => {
    for (let n = first; performance.now() - startedAt < ms; n += CLIENTS) {
      const { status } = await send(client, n);
      if (status === 200) answers++;
    }
  };
  await Promise.all(clients.map(loop));
  for (const client of clients) await client.close();
  return (answers * 1000) / (performance.now() - startedAt);
}
