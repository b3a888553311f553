import type { Latency } from '../report/latency.js';
import type { Say } from '../report/run-bench.js';
import { connectCold } from './cold.js';
import { TIMEOUT_MS, type BenchConnection } from './connection.js';
import type { Cluster, DatabaseName } from './databases.js';
import { liveReaders, originalReaders } from './readers.js';
import { statements, type Kind, type Measured } from './statements.js';
import type { Tenant } from './tenants.js';
import { timeOnce, timeWarm } from './timing.js';

/** Of a slow form: the better of two warm runs; null where it did not end in time. */
export interface SlowTime {
  coldMs: number | null;
  warmMs: number | null;
}

export interface Comparison {
  tenant: Tenant['name'];
  statement: string;
  kind: Kind;
  /** Undefined where it was not measured, or there is no such form. */
  original?: SlowTime;
  plan?: SlowTime;
  ours: { coldMs: number; warm: Latency };
}

const WARM_RUNS = 2;

/** Every statement for every tenant in its three forms, one after the other, each from a cold start to warm. */
export async function compareSideBySide(
  cluster: Cluster,
  tenants: readonly Tenant[],
  dropsCaches: boolean,
  say: Say,
  signal: AbortSignal,
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  const start = (database: DatabaseName) => connectCold(cluster, database, dropsCaches);
  for (const tenant of tenants) {
    for (const statement of statements) {
      signal.throwIfAborted();
      const comparison = await compare(statement, tenant, start, signal);
      comparisons.push(comparison);
      say(describe(comparison));
    }
  }
  return comparisons;
}

type Start = (database: DatabaseName) => Promise<BenchConnection>;

async function compare(
  statement: Measured,
  tenant: Tenant,
  start: Start,
  signal: AbortSignal,
): Promise<Comparison> {
  const { name, kind, read, plan, isCore } = statement;
  const measuresSlow = isCore === true || tenant.name === 'heavy';
  const original = (connection: BenchConnection) => read(originalReaders(connection), tenant);
  const rewrite = async (connection: BenchConnection) => {
    for (const query of plan?.(tenant) ?? []) await connection.query(query);
  };
  return {
    tenant: tenant.name,
    statement: name,
    kind,
    ...(measuresSlow && { original: await timeSlow(await start('original'), original, signal) }),
    ...(measuresSlow && plan && { plan: await timeSlow(await start('ours'), rewrite, signal) }),
    ours: await timeOurs(await start('ours'), statement, tenant, signal),
  };
}

async function timeSlow(
  connection: BenchConnection,
  run: (connection: BenchConnection) => Promise<unknown>,
  signal: AbortSignal,
): Promise<SlowTime> {
  try {
    const times: (number | null)[] = [];
    for (let i = 0; i < 1 + WARM_RUNS; i++) {
      signal.throwIfAborted();
      times.push(await timeOnce(() => run(connection)).catch(nullWhenTimedOut));
      if (times.at(-1) === null) break;
    }
    const warm = times.slice(1).filter((time) => time !== null);
    return { coldMs: times[0] ?? null, warmMs: warm.length > 0 ? Math.min(...warm) : null };
  } finally {
    await connection.close();
  }
}

async function timeOurs(
  connection: BenchConnection,
  { read }: Measured,
  tenant: Tenant,
  signal: AbortSignal,
): Promise<Comparison['ours']> {
  const run = () => read(liveReaders(connection), tenant);
  try {
    return { coldMs: await timeOnce(run), warm: await timeWarm(run, signal) };
  } finally {
    await connection.close();
  }
}

const CANCELLED = '57014';

function nullWhenTimedOut(error: unknown): null {
  if ((error as { code?: string }).code === CANCELLED) return null;
  throw error;
}

function describe({ tenant, statement, original, plan, ours }: Comparison): string {
  const slow = (time: SlowTime | undefined) =>
    time ? (time.warmMs?.toFixed(0) ?? `more than ${TIMEOUT_MS}`) : '–';
  return `${tenant}, ${statement}: ${slow(original)} / ${slow(plan)} / ${ours.warm.p50.toFixed(3)} ms`;
}
