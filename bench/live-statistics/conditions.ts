import { availableParallelism, totalmem } from 'node:os';
import { withSession } from '../server/session.js';
import type { Filled } from './databases.js';
import type { LiveOptions } from './options.js';
import type { Conditions } from './result.js';

const selectSettings = `
  SELECT s.name, current_setting(s.name) AS "value" FROM pg_settings s
   WHERE s.name IN ('shared_buffers', 'work_mem', 'maintenance_work_mem', 'effective_cache_size', 'random_page_cost',
     'effective_io_concurrency', 'max_parallel_workers_per_gather', 'max_parallel_workers', 'max_wal_size', 'fsync',
     'synchronous_commit', 'full_page_writes', 'shared_preload_libraries')
   ORDER BY s.name`;

export const describeConditions = (
  databaseUrl: string,
  filled: Filled,
  { rate, seconds }: LiveOptions,
  dropsCaches: boolean,
): Promise<Conditions> =>
  withSession(databaseUrl, async (query) => ({
    ranAt: new Date().toISOString(),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.versions.node,
    postgres: (await query<{ server_version: string }>('SHOW server_version'))[0]?.server_version ?? '',
    settings: await query<Conditions['settings'][number]>(selectSettings),
    filled,
    dataAgeHours: (Date.now() - Date.parse(filled.until)) / 3_600_000,
    dropsCaches,
    rate,
    seconds,
  }));
