import { isDeepStrictEqual } from 'node:util';
import type { QueryRunner } from '../../src/kernel/database/database.js';
import type { Latency } from '../report/latency.js';
import { connectCold } from './cold.js';
import { liveReaders } from './readers.js';
import { timeSlowForms, type Scene, type SlowForms } from './slow-forms.js';
import type { SlowTime } from './slow-time.js';
import { statements, type Kind, type Measured } from './statements.js';
import { step, stopwatch } from './step.js';
import type { Tenant } from './tenants.js';
import { timeOnce, timeRuns, warmUp } from './timing.js';
import { timeInDatabase } from './wire.js';

export interface OursTime {
  coldMs: number;
  /** Until the whole answer is there. */
  database: Latency;
  /** Until Node has parsed it, too. */
  parsed: Latency;
}

export interface Comparison {
  tenant: Tenant['name'];
  statement: string;
  kind: Kind;
  /** Undefined where it was not measured, or there is no such form. */
  original?: SlowTime;
  plan?: SlowTime;
  ours: OursTime;
  /** Whether ours gives the rows of the original; undefined where they change with the time, or were not asked for. */
  sameRows?: boolean;
}

/** Every statement of every tenant: the slow forms first, then ours. */
export async function compareSideBySide(scene: Scene): Promise<Comparison[]> {
  const { tenants, say, signal } = scene;
  const slow = await step(say, 'the original and the plan', () => timeSlowForms(scene));
  return step(say, 'ours', async () => {
    const comparisons: Comparison[] = [];
    for (const tenant of tenants) {
      for (const statement of statements) {
        signal.throwIfAborted();
        comparisons.push(await compare(scene, statement, tenant, slow.of(tenant, statement)));
      }
    }
    return comparisons;
  });
}

async function compare(
  scene: Scene,
  { name, kind, read, isLasting }: Measured,
  tenant: Tenant,
  { rows, ...slow }: SlowForms,
): Promise<Comparison> {
  const took = stopwatch();
  let ownRows: unknown;
  const ours = await timeOurs(scene, async (runner) => {
    ownRows = await read(liveReaders(runner), tenant);
  });
  scene.say(`${tenant.name}, ${name}, ours: ${ours.database.p50.toFixed(3)} ms; took ${took()}`);
  return {
    tenant: tenant.name,
    statement: name,
    kind,
    ...slow,
    ours,
    ...(isLasting && rows !== undefined && { sameRows: isDeepStrictEqual(rows, ownRows) }),
  };
}

async function timeOurs(
  { cluster, dropsCaches, signal }: Scene,
  ask: (runner: QueryRunner) => Promise<void>,
): Promise<OursTime> {
  const connection = await connectCold(cluster, 'ours', dropsCaches, signal);
  const run = () => ask(connection);
  try {
    const coldMs = await timeOnce(run);
    await warmUp(run, signal);
    const parsed = await timeRuns(run, signal);
    return { coldMs, parsed, database: await timeInDatabase(cluster.urlFor('ours'), ask, signal) };
  } finally {
    await connection.close();
  }
}
