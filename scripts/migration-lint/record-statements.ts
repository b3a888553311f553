import type { MigrationInterface } from 'typeorm';
import { dataSourceOptions } from '../../src/data-source.js';
import { JOURNAL } from '../../src/kernel/migrations/journal.js';
import { LEDGER_TABLE } from '../../src/kernel/migrations/ledger.js';
import { revertLastMigration, runMigrations, type RunOptions } from '../../src/kernel/migrations/migrator.js';
import { defaultSettings } from '../../src/kernel/migrations/settings.js';
import type { Direction, Finding } from './finding.js';

export type MigrationClass = new () => MigrationInterface;

/** One query as it was sent: one statement or several. */
export interface RecordedQuery {
  migration: string;
  direction: Direction;
  sql: string;
}

export interface Recording {
  queries: RecordedQuery[];
  /** What stopped the run. */
  failures: Finding[];
}

/** Nobody else is here, so: no rests, and statistics of any age will do. */
export const undisturbed: RunOptions = {
  minStatisticsAgeHours: 0,
  backfill: { ...defaultSettings.backfill, restRatio: 0 },
};

export const optionsFor = (url: string, migrations: readonly MigrationClass[]) => ({
  ...dataSourceOptions(url),
  migrations: [...migrations],
});

/** Runs all migrations, reports to `whenMigrated`, and reverts them all; what the runner itself sends is left out. */
export async function recordStatements(
  url: string,
  migrations: readonly MigrationClass[],
  whenMigrated: () => Promise<void> = () => Promise.resolve(),
): Promise<Recording> {
  const recording: Recording = { queries: [], failures: [] };
  const options = optionsFor(url, migrations);
  const silent = () => undefined;
  let migration = '';
  const observing = (direction: Direction): RunOptions => ({
    ...undisturbed,
    onStatement: (sql, name) => {
      if (name === '') return;
      migration = name;
      if (!isRunners(sql)) recording.queries.push({ migration, direction, sql });
    },
  });
  const attempt = async (direction: Direction, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      const { message } = error as Error;
      recording.failures.push({ rule: 'run-failed', migration, direction, sql: null, message });
    }
  };
  await attempt('up', async () => {
    await runMigrations(options, silent, observing('up'));
    await whenMigrated();
  });
  if (recording.failures.length > 0) return recording;
  await attempt('down', async () => {
    const observed = observing('down');
    while ((await revertLastMigration(options, silent, observed)) !== null);
  });
  return recording;
}

// Its ledger row, its mark in the journal and its time-outs: part of every migration, and of none.
const isRunners = (sql: string) =>
  new RegExp(`^(INSERT INTO|DELETE FROM) "?public"?\\."?${LEDGER_TABLE}"?`).test(sql) ||
  sql.startsWith(`SELECT to_regclass('${JOURNAL}')`) ||
  sql.startsWith(`DELETE FROM ${JOURNAL} WHERE migration = $1`) ||
  (sql.startsWith(`INSERT INTO ${JOURNAL}`) && sql.includes("'begun'")) ||
  sql.startsWith('SELECT pg_backend_pid() AS "pid", set_config(\'lock_timeout\'');
