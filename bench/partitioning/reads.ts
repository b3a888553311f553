import type { QueryRunner } from '../../src/kernel/database/database.js';
import type { Sql } from '../../src/kernel/database/sql.js';
import { withConnection } from '../live-statistics/connection.js';
import { liveReaders, type Readers } from '../live-statistics/readers.js';
import type { Tenant } from '../live-statistics/tenants.js';
import { median } from '../report/latency.js';

/** After that many runs a statement has its plan for all values. */
const WARM_RUNS = 10;
const RUNS = 40;
const PLANNED = 8;

export interface ReadTime {
  name: string;
  p50Ms: number;
  /** Of all statements of the read. */
  planningMs: number;
}

const first = { kind: 'first' } as const;
const reads: readonly { name: string; read: (readers: Readers, tenant: Tenant) => Promise<unknown> }[] = [
  { name: 'dashboard', read: ({ statistics }, { userId }) => statistics.dashboard(userId) },
  {
    name: 'series, 30 days by day',
    read: ({ statistics }, { userId }) =>
      statistics.series({ userId, scope: { kind: 'user' }, bucket: 'day', from: null, to: null, hours: 720 }),
  },
  { name: 'events, newest page', read: ({ events }, { userId }) => events.list({ userId }, first, 50) },
  {
    name: 'failed events, newest page',
    read: ({ events }, { userId }) => events.list({ userId, status: 'failed' }, first, 50),
  },
  {
    name: 'events from the middle on',
    read: ({ events }, { userId, middleTime, middleId }) =>
      events.list({ userId }, { kind: 'older', than: { ingestedAt: middleTime, id: middleId } }, 50),
  },
  {
    name: "an endpoint's attempts, newest page",
    read: ({ events }, { userId, endpointId }) => events.attempts({ userId, endpointId }, first, 50),
  },
];

/** Our own reads of one tenant, warm, over one connection. */
export const readTimes = (url: string, tenant: Tenant, signal: AbortSignal): Promise<ReadTime[]> =>
  withConnection(url, signal, async (connection) => {
    const times: ReadTime[] = [];
    for (const { name, read } of reads) {
      const statements: Sql<unknown>[] = [];
      await read(liveReaders(recording(connection, statements)), tenant);
      const readers = liveReaders(connection);
      for (let run = 0; run < WARM_RUNS; run++) await read(readers, tenant);
      const runs: number[] = [];
      for (let run = 0; run < RUNS; run++) {
        const startedAt = performance.now();
        await read(readers, tenant);
        runs.push(performance.now() - startedAt);
      }
      times.push({ name, p50Ms: median(runs), planningMs: await planningTime(connection, statements) });
    }
    return times;
  });

const recording = (runner: QueryRunner, statements: Sql<unknown>[]): QueryRunner => ({
  query: (statement) => {
    statements.push(statement);
    return runner.query(statement);
  },
});

interface Explained {
  'QUERY PLAN': readonly [{ 'Planning Time': number }];
}

async function planningTime(runner: QueryRunner, statements: readonly Sql<unknown>[]): Promise<number> {
  const runs: number[] = [];
  for (let run = 0; run < PLANNED; run++) {
    let total = 0;
    for (const { values, text } of statements) {
      const explain = { label: 'explain', name: '', values, text: `EXPLAIN (SUMMARY, FORMAT JSON) ${text}` };
      const [row] = await runner.query<Explained>(explain);
      total += row?.['QUERY PLAN'][0]['Planning Time'] ?? NaN;
    }
    runs.push(total);
  }
  return median(runs);
}
