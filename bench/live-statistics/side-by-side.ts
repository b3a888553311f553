import { isDeepStrictEqual } from 'node:util';
import type { Latency } from '../report/latency.js';
import type { Say } from '../report/run-bench.js';
import { connectCold } from './cold.js';
import { TIMEOUT_MS, type BenchConnection } from './connection.js';
import type { Cluster, DatabaseName } from './databases.js';
import { liveReaders, originalReaders } from './readers.js';
import { statements, type Kind, type Measured } from './statements.js';
import type { Tenant } from './tenants.js';
import { timeOnce, timeWarm } from './timing.js';

/** Of a slow form: the better of two warm runs, one where that takes long; null where it did not end in time. */
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
  /** Whether ours gives the rows of the original; undefined where they change with the time, or were not asked for. */
  sameRows?: boolean;
}

const WARM_RUNS = 2;
const LONG_MS = 15_000;

/** Every statement for every tenant in its three forms, one after the other, each from a cold start to warm. */
export async function compareSideBySide(
  cluster: Cluster,
  tenants: readonly Tenant[],
  dropsCaches: boolean,
  say: Say,
  signal: AbortSignal,
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  const start = (database: DatabaseName) => connectCold(cluster, database, dropsCaches, signal);
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
  const { name, kind, read, plan, isCore, isLasting } = statement;
  const measuresSlow = isCore === true || tenant.name === 'heavy';
  const rows: { original?: unknown; ours?: unknown } = {};
  const original = async (connection: BenchConnection) =>
    (rows.original = await read(originalReaders(connection), tenant));
  const rewrite = async (connection: BenchConnection) => {
    for (const query of plan?.(tenant) ?? []) await connection.query(query);
  };
  const ours = async (connection: BenchConnection) =>
    (rows.ours = await read(liveReaders(connection), tenant));
  const comparison: Comparison = {
    tenant: tenant.name,
    statement: name,
    kind,
    ...(measuresSlow && { original: await timeSlow(await start('original'), original, signal) }),
    ...(measuresSlow && plan && { plan: await timeSlow(await start('ours'), rewrite, signal) }),
    ours: await timeOurs(await start('ours'), ours, signal),
  };
  const isComparable = isLasting && rows.original !== undefined;
  return isComparable ? { ...comparison, sameRows: isDeepStrictEqual(rows.original, rows.ours) } : comparison;
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
      const last = times.at(-1) ?? null;
      if (last === null || (i > 0 && last > LONG_MS)) break;
    }
    const warm = times.slice(1).filter((time) => time !== null);
    return { coldMs: times[0] ?? null, warmMs: warm.length > 0 ? Math.min(...warm) : null };
  } finally {
    await connection.close();
  }
}

async function timeOurs(
  connection: BenchConnection,
  run: (connection: BenchConnection) => Promise<unknown>,
  signal: AbortSignal,
): Promise<Comparison['ours']> {
  try {
    return {
      coldMs: await timeOnce(() => run(connection)),
      warm: await timeWarm(() => run(connection), signal),
    };
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
