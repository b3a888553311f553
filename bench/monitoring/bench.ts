import { NestFactory } from '@nestjs/core';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { withThrowawayServer } from '../../scripts/throwaway-server.js';
import { runMigrations } from '../../src/data-source.js';
import { loadConfig, type AppConfig } from '../../src/kernel/config/config.js';
import { ConfigModule } from '../../src/kernel/config/config.module.js';
import { DatabaseModule } from '../../src/kernel/database/database.module.js';
import { TasksModule } from '../../src/kernel/tasks/tasks.module.js';
import { Metrics } from '../../src/kernel/telemetry/metrics.js';
import { TelemetryModule } from '../../src/kernel/telemetry/telemetry.module.js';
import { MonitoringModule } from '../../src/modules/monitoring/index.js';
import { atLeast, atMost, none, type Bound } from '../report/bounds.js';
import type { Say } from '../report/run-bench.js';
import { withSession, type Query } from '../server/session.js';
import { backendSeconds, secondsBetween } from './cpu.js';
import type { MonitoringOptions } from './options.js';
import { createTables, runStatements } from './workload.js';

const QUIET_SECONDS = 30;
const MAX_PERCENT = 1;

export interface Cpu {
  seconds: number;
  backendSeconds: number;
  nodeSeconds: number;
}

export interface CollectorFigures {
  collector: string;
  turns: number;
  failures: number;
  /** From its call to its end, the database's time with it. */
  seconds: number;
}

export interface MonitoringResult {
  ranAt: string;
  cpus: number;
  node: string;
  postgres: string;
  options: MonitoringOptions;
  entries: number;
  /** The same process without the module. */
  quiet: Cpu;
  collecting: Cpu;
  collectors: CollectorFigures[];
  historyBytes: number;
}

export const percentOf = ({ seconds, backendSeconds: backend, nodeSeconds }: Cpu) =>
  (100 * (backend + nodeSeconds)) / seconds;

/** What comes on top of a process that does nothing. */
const costOf = ({ collecting, quiet }: Pick<MonitoringResult, 'collecting' | 'quiet'>) =>
  percentOf(collecting) - percentOf(quiet);

export const judge = (result: MonitoringResult): Bound[] => [
  atMost('CPU of all collectors, % of one core', MAX_PERCENT, costOf(result)),
  atLeast('statements in pg_stat_statements', result.options.statements, result.entries),
  none(
    'failed turns',
    result.collectors.reduce((sum, { failures }) => sum + failures, 0),
  ),
];

export const measureMonitoring = (options: MonitoringOptions, say: Say, signal: AbortSignal) =>
  withThrowawayServer(async (url): Promise<MonitoringResult> => {
    await runMigrations(url, () => undefined);
    return withSession(url, async (query) => {
      say(`${options.tables} tables`);
      await createTables(query, options.tables);
      say(`${options.statements} statements`);
      await runStatements(query, options);
      say(`${QUIET_SECONDS} s without the collectors`);
      const quiet = (await collect(url, query, [], QUIET_SECONDS, signal)).cpu;
      say(`${options.minutes} min with them`);
      const measured = await collect(url, query, [MonitoringModule], options.minutes * 60, signal, () =>
        withSession(url, (other) => runStatements(other, options)),
      );
      return {
        ...(await describe(query, options)),
        quiet,
        collecting: measured.cpu,
        collectors: measured.collectors,
      };
    });
  });

type Modules = readonly (typeof MonitoringModule)[];

/** What the server is made of, with these modules only; `meanwhile` runs again and again. */
async function collect(
  url: string,
  query: Query,
  modules: Modules,
  seconds: number,
  signal: AbortSignal,
  meanwhile?: () => Promise<void>,
): Promise<{ cpu: Cpu; collectors: CollectorFigures[] }> {
  const config = loadConfig({
    ...{ DATABASE_URL: url, JWT_SECRET: 'x'.repeat(32), MAINTENANCE_ENABLED: 'false' },
    ...{ DATABASE_POOL_MIN: '1', DATABASE_POOL_MAX: '4', LOG_LEVEL: 'warn' },
  }) as AppConfig;
  const imports = [ConfigModule.with(config), TelemetryModule, DatabaseModule, TasksModule, ...modules];
  const app = await NestFactory.createApplicationContext(
    { module: BenchModule, imports },
    { logger: ['error'] },
  );
  try {
    const cpu = await measured(query, seconds, signal, meanwhile);
    return { cpu, collectors: collectorsOf(await app.get(Metrics).text()) };
  } finally {
    await app.close();
  }
}

class BenchModule {}

async function measured(
  query: Query,
  seconds: number,
  signal: AbortSignal,
  meanwhile: (() => Promise<void>) | undefined,
): Promise<Cpu> {
  const [backends, usage, startedAt] = [await backendSeconds(query), process.cpuUsage(), performance.now()];
  const elapsed = () => (performance.now() - startedAt) / 1000;
  while (elapsed() < seconds) {
    await sleep(Math.min(LOAD_EVERY_SECONDS, seconds - elapsed()) * 1000, undefined, { signal });
    await meanwhile?.();
  }
  const { user, system } = process.cpuUsage(usage);
  return {
    seconds: elapsed(),
    backendSeconds: secondsBetween(backends, await backendSeconds(query)),
    nodeSeconds: (user + system) / 1e6,
  };
}

/** Shorter than the interval of the statements' collector: all of them have moved at each of its turns. */
const LOAD_EVERY_SECONDS = 120;

function collectorsOf(metrics: string): CollectorFigures[] {
  const valueOf = (name: string) =>
    new Map(
      [...metrics.matchAll(new RegExp(`^${name}\\{collector="([^"]+)"\\} (\\S+)$`, 'gm'))].map(
        ([, collector = '', value]) => [collector, Number(value)] as const,
      ),
    );
  const [turns, failures, seconds] = ['collections', 'collect_failures', 'collect_seconds'].map((name) =>
    valueOf(`ethhook_monitoring_${name}_total`),
  );
  const names = new Set([...(turns?.keys() ?? []), ...(failures?.keys() ?? [])]);
  return [...names].sort().map((collector) => ({
    collector,
    turns: turns?.get(collector) ?? 0,
    failures: failures?.get(collector) ?? 0,
    seconds: seconds?.get(collector) ?? 0,
  }));
}

async function describe(query: Query, options: MonitoringOptions) {
  const [row] = await query<{ version: string; entries: number; bytes: string }>(`
    SELECT current_setting('server_version') AS version, (SELECT count(*)::int FROM pg_stat_statements(false)) AS entries,
           (SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE c.relkind = 'r'
              AND (c.relname LIKE 'ethhook_admin_statement%' OR c.relname = 'ethhook_admin_samples')) AS bytes`);
  return {
    ranAt: new Date().toISOString(),
    cpus: availableParallelism(),
    node: process.versions.node,
    postgres: row?.version ?? '',
    options,
    entries: row?.entries ?? 0,
    historyBytes: Number(row?.bytes ?? NaN),
  };
}
