import { setTimeout as sleep } from 'node:timers/promises';
import type { Say } from '../report/run-bench.js';
import { withAdminServer } from './admin-server.js';
import { cachesCanBeDropped } from './cold.js';
import { describeConditions } from './conditions.js';
import { measureDatabaseThroughput, measureFloor } from './database-load.js';
import { withCluster, type Cluster } from './cluster.js';
import { measureHttpLatencies, measureHttpThroughput } from './http-load.js';
import { historyAt, POOL_MAX, type LiveOptions } from './options.js';
import type { FoldCost, LiveResult } from './result.js';
import { compareSideBySide } from './side-by-side.js';
import { measureSizes } from './sizes.js';
import { withStatementCosts } from './statement-costs.js';
import { step } from './step.js';
import { readTenants, type Tenant } from './tenants.js';
import { measureUnderFire } from './under-fire.js';
import { measureWriteCost } from './write-cost.js';
import { withWriter } from './writer.js';

/** Everything from initdb to the figures; what only reads comes before what writes. */
export const measureSideBySide = (options: LiveOptions, say: Say, signal: AbortSignal): Promise<LiveResult> =>
  withCluster(
    { ...options, history: historyAt(options), databases: ['original', 'ours'], usesInPlace: false },
    say,
    signal,
    async (cluster) => {
      const { rate, seconds, faultMinutes } = options;
      const tenants = await step(say, 'looking for tenants', () => readTenants(cluster.urlFor('ours')));
      const [heavy] = tenants;
      const dropsCaches = await cachesCanBeDropped(options.dropCaches);
      const conditions = await describeConditions(
        cluster.urlFor('ours'),
        cluster.filled,
        options,
        dropsCaches,
      );
      const sizes = {
        original: await measureSizes(cluster.urlFor('original')),
        ours: await measureSizes(cluster.urlFor('ours')),
      };
      const comparisons = await compareSideBySide({ cluster, tenants, dropsCaches, say, signal });
      // From here on the server keeps its port.
      const databaseUrl = cluster.urlFor('ours');
      const scene = { databaseUrl, heavy, rate, seconds, faultMinutes, say, signal };
      return {
        conditions,
        tenants: tenants.map(({ name, attempts, events }) => ({ name, attempts, events })),
        sizes,
        comparisons,
        floor: await measureFloor(databaseUrl, heavy, signal),
        ...(await measureLoad(cluster, tenants, options, say, signal)),
        ...underFire(await measureUnderFire(scene)),
        writeCosts: await step(say, 'what writes cost', () =>
          measureWriteCost(cluster.urlFor, roundSeconds(options), say, signal),
        ),
      };
    },
  );

const underFire = ({ phases, catchUp }: Awaited<ReturnType<typeof measureUnderFire>>) => ({
  underFire: phases,
  catchUp,
});

/** Rounds are short: what disturbs the machine shall not hit one form alone, and there are some 600 of them. */
const roundSeconds = ({ seconds }: LiveOptions) => Math.max(0.5, seconds / 30);

async function measureLoad(
  cluster: Cluster,
  tenants: readonly Tenant[],
  options: LiveOptions,
  say: Say,
  signal: AbortSignal,
): Promise<Pick<LiveResult, 'httpLatencies' | 'quiet' | 'withWriter' | 'fold'>> {
  const databaseUrl = cluster.urlFor('ours');
  const round = roundSeconds(options);
  const [heavy] = tenants as [Tenant];
  const inDatabase = () => measureDatabaseThroughput(databaseUrl, tenants, round, signal);
  const database = await step(say, 'throughput in the database', inDatabase);
  return withAdminServer(databaseUrl, { folds: true, poolMax: POOL_MAX }, signal, async (server) => {
    const httpLatencies = await step(say, 'latency over HTTP', () =>
      measureHttpLatencies(server, heavy, signal),
    );
    const overHttp = () => measureHttpThroughput(server, tenants, round, signal);
    const http = await step(say, 'throughput over HTTP', overHttp);
    const beside = `with a writer of ${options.rate} rows/s`;
    const { result, written } = await withWriter(databaseUrl, options.rate, signal, async () => ({
      database: await step(say, `throughput in the database ${beside}`, inDatabase),
      http: await step(say, `throughput over HTTP ${beside}`, overHttp),
    }));
    const withTheWriter = { ...result, insertedPerSecond: written.insertedPerSecond };
    const fold = await step(say, 'the cost of the fold', () => measureFold(databaseUrl, options, signal));
    return { httpLatencies, quiet: { database, http }, withWriter: withTheWriter, fold };
  });
}

/** Writer and fold alone. */
async function measureFold(
  databaseUrl: string,
  { rate, seconds }: LiveOptions,
  signal: AbortSignal,
): Promise<FoldCost> {
  const startedAt = performance.now();
  const { result, costs } = await withStatementCosts(databaseUrl, () =>
    withWriter(databaseUrl, rate, signal, () => sleep(seconds * 1000, undefined, { signal })),
  );
  return {
    seconds: (performance.now() - startedAt) / 1000,
    insertedRows: result.written.insertedRows,
    costs,
  };
}
