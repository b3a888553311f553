import { readBackfills, type BackfillStatus } from './backfill/read-backfills.js';
import { begunMigrations } from './journal.js';
import { readLedger, type Row } from './ledger.js';
import { lockHolder, withSession, type PostgresOptions } from './session.js';

export interface ListedMigration {
  name: string;
  executed: boolean;
  /** Begun, and left half-way or under way. */
  begun: boolean;
  /** null: not executed, or recorded by TypeORM's own command line, which keeps no time. */
  executedAt: Date | null;
  /** false: executed by another version of this program. */
  known: boolean;
}

export interface IndexBuild {
  index: string;
  phase: string;
  /** Of the phase; null: PostgreSQL does not say. */
  percent: number | null;
}

export interface MigrationState {
  /** What has run, in that order, then what is pending. */
  migrations: ListedMigration[];
  /** Who holds the migration lock. */
  runner: string | null;
  backfills: BackfillStatus[];
  indexBuilds: IndexBuild[];
}

/** Writes nothing, and waits for no run. Throws MigrationError. */
export function migrationState(options: PostgresOptions): Promise<MigrationState> {
  return withSession(
    options,
    console.log,
    () => undefined,
    async (runner) => {
      const query = (text: string) => runner.query(text) as Promise<Row[]>;
      const known = runner.dataSource.migrations.map(
        (migration) => migration.name ?? migration.constructor.name,
      );
      const executed = await readLedger(query);
      const begun = await begunMigrations(runner);
      const pending = known.filter((name) => executed.every((entry) => entry.name !== name));
      return {
        migrations: [
          ...executed.map((entry) => ({
            ...entry,
            executed: true,
            begun: false,
            known: known.includes(entry.name),
          })),
          ...pending.map((name) => ({
            name,
            executed: false,
            begun: begun.includes(name),
            executedAt: null,
            known: true,
          })),
        ],
        runner: await lockHolder(runner),
        backfills: await readBackfills(query),
        indexBuilds: (await runner.query(indexBuildsSql)) as IndexBuild[],
      };
    },
  );
}

const indexBuildsSql = `
  SELECT p.index_relid::regclass::text AS "index", p.phase AS "phase",
         CASE WHEN p.tuples_total > 0 THEN 100.0 * p.tuples_done / p.tuples_total
              WHEN p.blocks_total > 0 THEN 100.0 * p.blocks_done / p.blocks_total END::float8 AS "percent"
    FROM pg_stat_progress_create_index p
   WHERE p.datname = current_database() AND p.index_relid <> 0
   ORDER BY 1`;
