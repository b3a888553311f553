import type { MigrationSettings } from '../../src/kernel/migrations/settings.js';
import { defaultSettings } from '../../src/kernel/migrations/settings.js';
import { byteSize, FlagError, readFlags, toggle, wholeNumber } from '../../src/demo/flags.js';

const flags = {
  'dry-run': toggle,
  'allow-untested-postgres': toggle,
  'free-disk': byteSize,
  'lock-timeout-ms': wholeNumber(10, 10_000, defaultSettings.lockTimeoutMs),
  'batch-ms': wholeNumber(10, 10_000, defaultSettings.backfill.targetBatchMs),
  'rest-percent': wholeNumber(0, 10_000, defaultSettings.backfill.restRatio * 100),
  'max-pause-minutes': wholeNumber(0, 10_080, defaultSettings.backfill.maxPauseMs / 60_000),
  'min-statistics-hours': wholeNumber(0, 8760, defaultSettings.minStatisticsAgeHours),
  'wait-seconds': wholeNumber(0, 86_400, defaultSettings.lockWaitMs / 1000),
};

export const runFlagsUsage = `  --dry-run                 prints what would be sent, with locks, scans and estimates; changes nothing
  --free-disk SIZE          of the database server, like 20GB; refused when it is too little (looked for when not given)
  --lock-timeout-ms N       how long a short lock is waited for before backing off: 10 to 10000 (default ${defaultSettings.lockTimeoutMs})
  --batch-ms N              how long a backfill's batch may lock its rows: 10 to 10000 (default ${defaultSettings.backfill.targetBatchMs})
  --rest-percent N          rest after a batch, of its time: 0 to 10000 (default ${defaultSettings.backfill.restRatio * 100})
  --max-pause-minutes N     of a backfill under pressure, before the run ends: 0 to 10080 (default ${defaultSettings.backfill.maxPauseMs / 60_000})
  --min-statistics-hours N  statistics younger than this prove no index unused: 0 to 8760 (default ${defaultSettings.minStatisticsAgeHours})
  --wait-seconds N          for another runner to finish: 0 to 86400 (default ${defaultSettings.lockWaitMs / 1000})
  --allow-untested-postgres a version of PostgreSQL that these migrations were never run on`;

export interface RunFlags {
  isDryRun: boolean;
  settings: Partial<MigrationSettings>;
}

/** null when help is asked for. Throws FlagError. */
export function readRunFlags(args: readonly string[], environment: NodeJS.ProcessEnv): RunFlags | null {
  const given = readFlags(args, flags);
  if (given === null) return null;
  return {
    isDryRun: given['dry-run'],
    settings: {
      allowUntestedPostgres: given['allow-untested-postgres'],
      freeDiskBytes: given['free-disk'],
      lockTimeoutMs: given['lock-timeout-ms'],
      lockWaitMs: given['wait-seconds'] * 1000,
      minStatisticsAgeHours: given['min-statistics-hours'],
      replicaUrls: readReplicaUrls(environment.DATABASE_REPLICA_URLS),
      backfill: {
        ...defaultSettings.backfill,
        targetBatchMs: given['batch-ms'],
        restRatio: given['rest-percent'] / 100,
        maxPauseMs: given['max-pause-minutes'] * 60_000,
      },
    },
  };
}

function readReplicaUrls(text = ''): string[] {
  const urls = text
    .split(',')
    .map((url) => url.trim())
    .filter(Boolean);
  // Not shown: it may hold a password.
  if (urls.some((url) => !/^postgres(ql)?:\/\//.test(url)))
    throw new FlagError('DATABASE_REPLICA_URLS: each of them starts with postgres://');
  return urls;
}
