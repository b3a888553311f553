import { mkdir } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sampleLockWaits } from './lock-waits.js';
import { checksums, databaseTime, measureSizes, readBackfills } from './measure.js';
import { selectSettings, type Setting } from './measures.sql.js';
import { runAllMigrations } from './migration-run.js';
import type { BenchOptions } from './options.js';
import { DATABASE, startFilled } from './original-database.js';
import { runPhase, type Scene } from './phase.js';
import { selectSample, type ReadSample } from './reads.sql.js';
import { evaluate, type BenchResult, type Conditions } from './result.js';
import type { Say } from '../report/run-bench.js';
import { createHome, removeFolder } from '../server/server-files.js';
import { withSession } from './session.js';

/** Everything from initdb to the figures; the server is stopped and its folder gone afterwards, unless `keep`. */
export async function measureMigrations(
  options: BenchOptions,
  say: Say,
  signal: AbortSignal,
): Promise<BenchResult> {
  const files = await createHome(options.dataDir, options.pgBin);
  try {
    const server = await startFilled(files, options, say, signal);
    try {
      const folder = join(files.home, 'logs');
      await mkdir(folder);
      return await measure(server.urlFor(DATABASE), folder, options, say, signal);
    } finally {
      await server.stop('fast').catch((error: unknown) => say((error as Error).message));
    }
  } finally {
    if (options.keep) say(`left in ${files.home}`);
    else await removeFolder(files.home);
  }
}

async function measure(
  databaseUrl: string,
  folder: string,
  options: BenchOptions,
  say: Say,
  signal: AbortSignal,
): Promise<BenchResult> {
  say('VACUUM, CHECKPOINT');
  const sample = await settle(databaseUrl);
  const scene: Scene = { databaseUrl, folder, rate: options.rate, sample, signal };
  const wait = () => sleep(options.baselineSeconds * 1000, undefined, { signal });

  say(`${options.baselineSeconds} s before the migrations`);
  const before = await runPhase('before', scene, wait);
  const cutoff = await databaseTime(databaseUrl);
  const checksumsBefore = await checksums(databaseUrl, cutoff);
  const conditions = await describeConditions(databaseUrl, options);
  const sizesBefore = await measureSizes(databaseUrl);

  say('the migrations');
  const during = await runPhase('during', scene, () => migrate(scene, options, say));
  const sizesAfter = await measureSizes(databaseUrl);

  say(`${options.baselineSeconds} s after them`);
  const after = await runPhase('after', scene, wait);
  return evaluate({
    conditions,
    before,
    during,
    after,
    backfills: await readBackfills(databaseUrl),
    sizes: { before: sizesBefore, after: sizesAfter },
    checksums: { before: checksumsBefore, after: await checksums(databaseUrl, cutoff) },
  });
}

/** As after years and not as after a bulk load: hint bits set, statistics there, nothing left to flush. */
async function settle(databaseUrl: string): Promise<ReadSample> {
  return withSession(databaseUrl, async (query) => {
    await query('VACUUM (ANALYZE)');
    await query('CHECKPOINT');
    const [sample] = await query<{ endpointId: string; attemptId: string }>(selectSample);
    if (!sample) throw new Error('there are no attempts to read');
    return sample;
  });
}

async function migrate({ databaseUrl, signal }: Scene, options: BenchOptions, say: Say) {
  const over = new AbortController();
  const watching = sampleLockWaits(databaseUrl, AbortSignal.any([signal, over.signal]));
  watching.catch(() => undefined); // awaited below; until then the run's own error comes first
  try {
    const run = await runAllMigrations(databaseUrl, options.migrateArgs, (line) => say(`  ${line}`), signal);
    over.abort();
    return { run, lockWaits: await watching };
  } finally {
    over.abort();
  }
}

async function describeConditions(databaseUrl: string, options: BenchOptions): Promise<Conditions> {
  return withSession(databaseUrl, async (query) => {
    const [found] = await query<{ version: string; events: number; attempts: number }>(
      `SELECT current_setting('server_version') AS "version", (SELECT count(*) FROM events)::float8 AS "events",
              (SELECT count(*) FROM delivery_attempts)::float8 AS "attempts"`,
    );
    return {
      cpus: availableParallelism(),
      memoryBytes: totalmem(),
      node: process.versions.node,
      postgres: found?.version ?? '',
      settings: await query<Setting>(selectSettings),
      events: found?.events ?? 0,
      attempts: found?.attempts ?? 0,
      rate: options.rate,
      baselineSeconds: options.baselineSeconds,
    };
  });
}
