import { join } from 'node:path';
import type { QueryRunner } from '../../src/kernel/database/database.js';
import { atMost, type Bound } from '../report/bounds.js';
import type { Latency } from '../report/latency.js';
import type { Say } from '../report/run-bench.js';
import { describeConditions } from './conditions.js';
import { withCluster } from './cluster.js';
import { growthHistories, type History, type LiveOptions } from './options.js';
import { liveReaders } from './readers.js';
import type { Conditions } from './result.js';
import { measureSizes } from './sizes.js';
import { statements } from './statements.js';
import { step, stopwatch } from './step.js';
import { readTenants, type Tenant } from './tenants.js';
import { timeInDatabase } from './wire.js';

const MAX_GROWTH = 1.5;

export interface Scale {
  times: number;
  conditions: Conditions;
  heavy: Pick<Tenant, 'attempts' | 'events'>;
  databaseBytes: number;
  /** Warm, of the heavy tenant, in the order of `statements`. */
  latencies: Latency[];
}

/** The same reads of the heavy tenant with a tenth, all and three times the rows; one database after the other. */
export async function measureGrowth(options: LiveOptions, say: Say, signal: AbortSignal): Promise<Scale[]> {
  const scales: Scale[] = [];
  for (const { times, ...history } of growthHistories(options.events)) {
    const folder = (of: string | undefined) => (of === undefined ? undefined : join(of, `scale-${times}`));
    const own = { ...options, dataDir: folder(options.dataDir), reuse: folder(options.reuse) };
    const measured = await step(say, `${times} times the rows`, () =>
      measureScale(own, history, say, signal),
    );
    scales.push({ times, ...measured });
  }
  return scales;
}

const measureScale = (
  options: LiveOptions,
  history: History,
  say: Say,
  signal: AbortSignal,
): Promise<Omit<Scale, 'times'>> =>
  withCluster(
    { ...options, history, databases: ['ours'], usesInPlace: true },
    say,
    signal,
    async ({ urlFor, filled }) => {
      const databaseUrl = urlFor('ours');
      const [heavy] = await step(say, 'looking for tenants', () => readTenants(databaseUrl));
      const latencies: Latency[] = [];
      for (const { name, read } of statements) {
        const took = stopwatch();
        const ask = (runner: QueryRunner) => read(liveReaders(runner), heavy);
        const latency = await timeInDatabase(databaseUrl, ask, signal);
        latencies.push(latency);
        say(`${name}: ${latency.p50.toFixed(3)} ms; took ${took()}`);
      }
      return {
        conditions: await describeConditions(databaseUrl, filled, options, false),
        heavy: { attempts: heavy.attempts, events: heavy.events },
        databaseBytes: (await measureSizes(databaseUrl)).databaseBytes,
        latencies,
      };
    },
  );

/** How much slower each statement is at the largest scale than at the smallest. */
export const growthOf = (scales: readonly Scale[], statement: number): number =>
  (scales.at(-1)?.latencies[statement]?.p50 ?? NaN) / (scales[0]?.latencies[statement]?.p50 ?? NaN);

export const judgeGrowth = (scales: readonly Scale[]): Bound[] =>
  statements.map(({ name }, i) =>
    atMost(`${name}, times its p50 at the smallest scale`, MAX_GROWTH, growthOf(scales, i)),
  );
