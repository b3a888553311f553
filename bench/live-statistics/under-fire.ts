import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Latency } from '../report/latency.js';
import type { Say } from '../report/run-bench.js';
import { withAdminServer, type AdminServer } from './admin-server.js';
import type { BenchConnection } from './connection.js';
import { liveReaders, type Readers } from './readers.js';
import { PER_SECOND, pollPaced } from './paced.js';
import { step } from './step.js';
import type { Tenant } from './tenants.js';
import { withWriter } from './writer.js';

/** The heavy tenant's dashboard while the writer writes and the server folds. */
export interface UnderFire {
  name: string;
  dashboard: Latency;
  /** The oldest row that is not folded, at the end. */
  lagSeconds: number;
  insertedPerSecond: number;
}

export interface Scene {
  databaseUrl: string;
  heavy: Tenant;
  rate: number;
  /** Of each figure. */
  seconds: number;
  faultMinutes: number;
  say: Say;
  signal: AbortSignal;
}

export const LAG = 'ethhook_fold_lag_seconds';
const CAUGHT_UP_SECONDS = 2;
const CATCH_UP_TIMEOUT_SECONDS = 1800;

/** With nothing beside it; then with a reader's snapshot, a writing transaction and a fold that was down. */
export async function measureUnderFire(scene: Scene): Promise<{ phases: UnderFire[]; catchUp: CatchUp }> {
  const { faultMinutes } = scene;
  const phases = [
    await measure(scene, 'nothing beside it', () => poll(scene)),
    await measure(scene, `a reader's snapshot, open for ${faultMinutes} minutes`, () =>
      beside(scene, 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM users', faultMinutes),
    ),
    await measure(scene, `a writing transaction, open for ${faultMinutes / 2} minutes`, () =>
      beside(scene, 'BEGIN; UPDATE subscription_limits SET price_usd = price_usd', faultMinutes / 2),
    ),
  ];
  const { phase, catchUp } = await measureCatchUp(scene);
  return { phases: [...phases, phase], catchUp };
}

async function measure(
  scene: Scene,
  name: string,
  work: (server: AdminServer) => Promise<Latency>,
): Promise<UnderFire> {
  const { databaseUrl, rate, signal, say } = scene;
  return step(say, `${rate} rows/s, ${name}`, () =>
    withAdminServer(databaseUrl, { folds: true }, signal, async (server) => {
      const { result, written } = await withWriter(databaseUrl, rate, signal, async () => ({
        dashboard: await work(server),
        lagSeconds: await server.gauge(LAG),
      }));
      return { name, ...result, insertedPerSecond: written.insertedPerSecond };
    }),
  );
}

const poll = (
  { databaseUrl, heavy, seconds, signal }: Scene,
  forSeconds = seconds,
  isOver?: (reads: number) => boolean,
) => {
  // As the server's, they know of their last answer whether the fold is behind.
  const known = new Map<BenchConnection, Readers>();
  const read = (connection: BenchConnection) => {
    const readers = known.get(connection) ?? liveReaders(connection);
    known.set(connection, readers);
    return readers.statistics.dashboard(heavy.userId);
  };
  return pollPaced(databaseUrl, read, forSeconds, signal, isOver);
};

/** Of the last seconds, after the transaction was open for so long; it ends with its session. */
async function beside(scene: Scene, begin: string, minutes: number): Promise<Latency> {
  const client = new pg.Client({
    connectionString: scene.databaseUrl,
    application_name: 'ethhook-bench-fault',
  });
  client.on('error', () => undefined); // the statement under way fails too
  await client.connect();
  try {
    await client.query(begin);
    await sleep(minutes * 60_000, undefined, { signal: scene.signal });
    return await poll(scene);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Of the fold, after it was down while the writer went on. */
export interface CatchUp {
  rows: number;
  downSeconds: number;
  /** Until the oldest unfolded row was less than two seconds old; null: not within half an hour. */
  seconds: number | null;
}

async function measureCatchUp(scene: Scene): Promise<{ phase: UnderFire; catchUp: CatchUp }> {
  const { databaseUrl, rate, faultMinutes, signal, say } = scene;
  const name = `the fold catching up, after it was down for ${faultMinutes} minutes`;
  const startedAt = performance.now();
  const { result, written } = await withWriter(databaseUrl, rate, signal, async () => {
    const down = () => sleep(faultMinutes * 60_000, undefined, { signal });
    await step(say, `${rate} rows/s, the fold is down`, down);
    const downSeconds = (performance.now() - startedAt) / 1000;
    return step(say, `${rate} rows/s, ${name}`, () =>
      withAdminServer(databaseUrl, { folds: true }, signal, async (server) => ({
        ...(await pollWhileBehind(scene, server)),
        downSeconds,
      })),
    );
  });
  const { dashboard, lagSeconds, caughtUpAfter, downSeconds } = result;
  return {
    phase: { name, dashboard, lagSeconds, insertedPerSecond: written.insertedPerSecond },
    catchUp: { rows: written.insertedPerSecond * downSeconds, downSeconds, seconds: caughtUpAfter },
  };
}

async function pollWhileBehind(scene: Scene, server: AdminServer) {
  const startedAt = performance.now();
  const over = new AbortController();
  const caughtUp = waitUntilFolded(server, AbortSignal.any([scene.signal, over.signal]));
  let isOver = false;
  caughtUp.then(
    () => (isOver = true),
    () => (isOver = true), // awaited below
  );
  try {
    // At least for the usual time: a short backlog is gone before there is a p99.
    const atLeast = Math.ceil(scene.seconds * PER_SECOND);
    const done = (reads: number) => isOver && reads >= atLeast;
    const dashboard = await poll(scene, CATCH_UP_TIMEOUT_SECONDS, done);
    over.abort();
    const folded = await caughtUp;
    return {
      dashboard,
      lagSeconds: await server.gauge(LAG),
      caughtUpAfter: folded === null ? null : (folded - startedAt) / 1000,
    };
  } finally {
    over.abort();
  }
}

/** When it was; null when `signal` fires first. */
async function waitUntilFolded(server: AdminServer, signal: AbortSignal): Promise<number | null> {
  while (!signal.aborted) {
    if ((await server.gauge(LAG)) < CAUGHT_UP_SECONDS) return performance.now();
    await sleep(200, undefined, { signal }).catch(() => undefined);
  }
  return null;
}
