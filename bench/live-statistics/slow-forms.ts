import { planningByValues, type QueryRunner } from '../../src/kernel/database/database.js';
import type { Say } from '../report/run-bench.js';
import type { Cluster } from './cluster.js';
import { connectCold, fillPageCache } from './cold.js';
import { TIMEOUT_MS, withConnection, type BenchConnection } from './connection.js';
import type { DatabaseName } from './databases.js';
import { selectOne } from './floor.sql.js';
import { originalReaders } from './readers.js';
import { milliseconds, type SlowTime } from './slow-time.js';
import { statements, type Measured } from './statements.js';
import { step, stopwatch } from './step.js';
import type { Tenant } from './tenants.js';
import { timeOnce } from './timing.js';

export interface Scene {
  cluster: Cluster;
  tenants: readonly Tenant[];
  dropsCaches: boolean;
  say: Say;
  signal: AbortSignal;
}

export interface SlowForms {
  original?: SlowTime;
  plan?: SlowTime;
  /** The original's; undefined when it was given up. */
  rows?: unknown;
}

/** Of what takes that long a second warm run says nothing new. */
const LONG_MS = 5000;

type FormName = 'original' | 'plan';

const databaseOf: Record<FormName, DatabaseName> = { original: 'original', plan: 'ours' };

export class SlowFormTimes {
  private readonly found = new Map<string, SlowForms>();

  of = (tenant: Tenant, { name }: Measured): SlowForms => this.found.get(key(tenant, name)) ?? {};

  add(tenant: Tenant, { name }: Measured, forms: SlowForms): void {
    this.found.set(key(tenant, name), { ...this.found.get(key(tenant, name)), ...forms });
  }
}

const key = (tenant: Tenant, statement: string) => `${tenant.name} ${statement}`;

/**
 * The original SQL and the plan's rewrite take up to a minute each. So the heavy tenant's lesser statements run once, from
 * the page cache and before a cold start empties it; then each tenant's main ones, cold and warm.
 */
export async function timeSlowForms(scene: Scene): Promise<SlowFormTimes> {
  const { cluster, tenants, say, signal } = scene;
  const times = new SlowFormTimes();
  await step(say, 'reading the databases into the page cache', () =>
    fillPageCache(cluster.tablesFolder, signal),
  );
  const [heavy] = tenants as [Tenant];
  const lesser = statements.filter(({ isCore }) => isCore !== true);
  for (const form of ['original', 'plan'] as const) {
    await withConnection(cluster.urlFor(databaseOf[form]), signal, async (connection) => {
      await connection.query(selectOne);
      for (const statement of lesser.filter((one) => hasForm(one, form)))
        await measure(scene, heavy, statement, form, times, async (run) => ({
          coldMs: null,
          warmMs: await run(connection),
        }));
    });
  }
  for (const tenant of tenants) {
    for (const statement of statements.filter(({ isCore }) => isCore)) {
      for (const form of (['original', 'plan'] as const).filter((one) => hasForm(statement, one)))
        await measure(scene, tenant, statement, form, times, (run) => fromCold(scene, form, run));
    }
  }
  return times;
}

const hasForm = ({ plan }: Measured, form: FormName) => form === 'original' || plan !== undefined;

type Run = (connection: BenchConnection) => Promise<number>;

async function measure(
  { say, signal }: Scene,
  tenant: Tenant,
  statement: Measured,
  form: FormName,
  times: SlowFormTimes,
  time: (run: Run) => Promise<SlowTime>,
): Promise<void> {
  signal.throwIfAborted();
  const took = stopwatch();
  let rows: unknown;
  const ask = async (connection: BenchConnection) => {
    if (form === 'original') rows = await statement.read(originalReaders(connection), tenant);
    else await askPlan(statement, planningByValues(connection), tenant);
  };
  const slow = await time((connection) => timeUntilGivenUp(() => ask(connection)));
  times.add(tenant, statement, form === 'original' ? { original: slow, rows } : { plan: slow });
  const cold = slow.coldMs === null ? '' : `cold ${milliseconds(slow.coldMs)}, `;
  say(
    `${tenant.name}, ${statement.name}, ${form}: ${cold}warm ${milliseconds(slow.warmMs)} ms; took ${took()}`,
  );
}

async function askPlan({ plan }: Measured, runner: QueryRunner, tenant: Tenant): Promise<void> {
  for (const query of plan?.(tenant) ?? []) await runner.query(query);
}

async function fromCold(
  { cluster, dropsCaches, signal }: Scene,
  form: FormName,
  run: Run,
): Promise<SlowTime> {
  const connection = await connectCold(cluster, databaseOf[form], dropsCaches, signal);
  try {
    const coldMs = await run(connection);
    signal.throwIfAborted();
    const warmMs = await run(connection);
    return { coldMs, warmMs: coldMs > LONG_MS ? warmMs : Math.min(warmMs, await run(connection)) };
  } finally {
    await connection.close();
  }
}

const CANCELLED = '57014';

async function timeUntilGivenUp(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  try {
    return await timeOnce(run);
  } catch (error) {
    if ((error as { code?: string }).code !== CANCELLED) throw error;
    return Math.max(TIMEOUT_MS, performance.now() - startedAt);
  }
}
