import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withAdminServer, type AdminServer } from '../live-statistics/admin-server.js';
import { readTenants } from '../live-statistics/tenants.js';
import { readAnswers } from '../online-migrations/answers.js';
import { hasBegun, reportOf } from '../online-migrations/phase.js';
import type { Say } from '../report/run-bench.js';
import { startScript } from '../server/children.js';
import { createHome, removeFolder } from '../server/server-files.js';
import { withSession } from '../server/session.js';
import { JobRuns, type JobRun } from './job-runs.js';
import { WRITES_PER_SECOND, type MaintenanceOptions } from './options.js';
import { Reader, type Visitor } from './reader.js';
import { summarize, type MaintenanceResult, type Span } from './result.js';
import { PASSWORD, startWorn } from './worn-database.js';

const FOR_EVER_SECONDS = 604_800;
/** Connections, plans and caches are warm then. */
const RUN_IN_MS = 10_000;

interface Scene {
  databaseUrl: string;
  folder: string;
  options: MaintenanceOptions;
  say: Say;
  signal: AbortSignal;
}

export async function measureJobs(
  options: MaintenanceOptions,
  say: Say,
  signal: AbortSignal,
): Promise<MaintenanceResult> {
  const files = await createHome(undefined, options.pgBin);
  try {
    const { server, databaseUrl } = await startWorn(files, options.events, say, signal);
    try {
      const folder = join(files.home, 'logs');
      await mkdir(folder);
      const measured = await measure({ databaseUrl, folder, options, say, signal });
      return { ...(await conditions(databaseUrl, options)), ...measured };
    } finally {
      await server.stop('immediate').catch((error: unknown) => say((error as Error).message));
    }
  } finally {
    await removeFolder(files.home);
  }
}

async function conditions(databaseUrl: string, { events, seconds }: MaintenanceOptions) {
  const [row] = await withSession(databaseUrl, (query) =>
    query<{ version: string }>(`SELECT current_setting('server_version') AS version`),
  );
  return {
    ranAt: new Date().toISOString(),
    cpus: availableParallelism(),
    node: process.versions.node,
    postgres: row?.version ?? '',
    events,
    seconds,
  };
}

const measure = (scene: Scene) =>
  withAdminServer(scene.databaseUrl, { folds: true }, scene.signal, async (server) => {
    const { databaseUrl, folder, say, signal } = scene;
    const jobs = new JobRuns(server.url, await server.logIn('admin@example.com', PASSWORD), signal);
    say('the first count of all days');
    await jobs.run('upkeep-daily-stats');
    const log = join(folder, 'writes.ndjson');
    const flags = { rate: WRITES_PER_SECOND, seconds: FOR_EVER_SECONDS, 'latency-log': log };
    const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
    const writer = startScript('scripts/simulate.js', args, databaseUrl, signal);
    const stop = new AbortController();
    const reader = new Reader(server.url, await visitors(databaseUrl, server));
    const reading = reader.run(AbortSignal.any([stop.signal, signal]));
    try {
      await hasBegun(writer, log, signal);
      const spans = await runAll(scene, jobs);
      stop.abort();
      writer.stop();
      const report = await reportOf(writer);
      return summarize(spans, { writes: await readAnswers(log), reads: reader.answers, report });
    } finally {
      stop.abort();
      writer.stop();
      await Promise.allSettled([reading, writer.ended]);
    }
  });

/** Each job between two quiet times, so that what drifts over the minutes is not taken for its doing. */
async function runAll({ options, say, signal }: Scene, jobs: JobRuns): Promise<Span[]> {
  const { seconds } = options;
  await sleep(RUN_IN_MS, undefined, { signal });
  const spans: Span[] = [];
  const quiet = async () => {
    const from = Date.now();
    await sleep(seconds * 1000, undefined, { signal });
    spans.push({ job: null, runs: [], from, to: Date.now() });
  };
  await quiet();
  for (const job of await jobs.scheduled()) {
    say(job);
    const runs: JobRun[] = [];
    const from = Date.now();
    while (Date.now() - from < seconds * 1000) runs.push(await jobs.run(job));
    spans.push({ job, runs, from, to: Date.now() });
    say(`${job}: ${runs.length} runs; the first ${runs[0]?.outcome}: ${runs[0]?.summary}`);
    await quiet();
  }
  return spans;
}

/** The pages that an administrator's console has open: three tenants, large to small. */
async function visitors(databaseUrl: string, server: AdminServer): Promise<Visitor[]> {
  const found: Visitor[] = [];
  for (const { email, endpointId } of await readTenants(databaseUrl)) {
    const token = await server.logIn(email, PASSWORD);
    const paths = [
      '/statistics/dashboard',
      '/events',
      '/statistics/timeseries?time_range=7d&granularity=hour',
      `/endpoints/${endpointId}/deliveries`,
      '/events?status=failed',
    ];
    found.push({ token, paths });
  }
  return found;
}
