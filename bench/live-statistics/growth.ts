import { join } from 'node:path';
import { atMost, type Bound } from '../report/bounds.js';
import type { Latency } from '../report/latency.js';
import type { Say } from '../report/run-bench.js';
import { describeConditions } from './conditions.js';
import { withConnection } from './connection.js';
import { withCluster } from './cluster.js';
import { GROWTH_SCALES, type LiveOptions } from './options.js';
import { liveReaders } from './readers.js';
import type { Conditions } from './result.js';
import { measureSizes } from './sizes.js';
import { statements } from './statements.js';
import { step, stopwatch } from './step.js';
import { readTenants, type Tenant } from './tenants.js';
import { timeWarm } from './timing.js';

const MAX_GROWTH = 1.5;

export interface Scale {
  scale: number;
  conditions: Conditions;
  heavy: Pick<Tenant, 'attempts' | 'events'>;
  databaseBytes: number;
  /** Warm, of the heavy tenant, in the order of `statements`. */
  latencies: Latency[];
}

/** The same reads of the heavy tenant after a tenth, all and three times the history; one database after the other. */
export async function measureGrowth(options: LiveOptions, say: Say, signal: AbortSignal): Promise<Scale[]> {
  const scales: Scale[] = [];
  for (const times of GROWTH_SCALES) {
    const scale = options.scale * times;
    const folder = (of: string | undefined) => (of === undefined ? undefined : join(of, `scale-${times}`));
    const own = { ...options, scale, dataDir: folder(options.dataDir), reuse: folder(options.reuse) };
    scales.push(await step(say, `${times} times the history`, () => measureScale(own, say, signal)));
  }
  return scales;
}

const measureScale = (options: LiveOptions, say: Say, signal: AbortSignal): Promise<Scale> =>
  withCluster(
    { ...options, databases: ['ours'], usesInPlace: true },
    say,
    signal,
    async ({ urlFor, filled }) => {
      const databaseUrl = urlFor('ours');
      const [heavy] = await step(say, 'looking for tenants', () => readTenants(databaseUrl));
      const latencies: Latency[] = [];
      await withConnection(databaseUrl, signal, async (connection) => {
        for (const { name, read } of statements) {
          const took = stopwatch();
          const latency = await timeWarm(() => read(liveReaders(connection), heavy), signal);
          latencies.push(latency);
          say(`${name}: ${latency.p50.toFixed(3)} ms; took ${took()}`);
        }
      });
      return {
        scale: options.scale,
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
