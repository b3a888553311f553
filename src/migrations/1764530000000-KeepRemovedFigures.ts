import type { MigrationInterface, QueryRunner } from 'typeorm';
import { handOver } from '../kernel/migrations/owner.js';
import { briefly } from '../kernel/migrations/short-transaction.js';

const tables: Readonly<Record<string, readonly string[]>> = {
  // Of events that were ingested before these times, some may have been removed; -infinity: none ever.
  ethhook_admin_retention: [
    `CREATE TABLE public.ethhook_admin_retention (
  only_row        boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  attempts_before timestamptz NOT NULL DEFAULT '-infinity',
  events_before   timestamptz NOT NULL DEFAULT '-infinity'
)`,
    'INSERT INTO public.ethhook_admin_retention DEFAULT VALUES',
  ],
  // The transactions of retention that the fold has not seen yet. What they deleted goes on to count.
  statistics_removals: [
    'CREATE TABLE public.statistics_removals (removed_in xid8 PRIMARY KEY DEFAULT pg_current_xact_id())',
  ],
  // A scope of kind 4 in the rollups: events that were tried at exactly these endpoints of the user, and were removed.
  statistics_removed_sets: [
    `CREATE TABLE public.statistics_removed_sets (
  user_id      uuid NOT NULL,
  scope_id     uuid NOT NULL,
  endpoint_ids uuid[] NOT NULL,
  first_at     timestamptz NOT NULL,
  last_at      timestamptz NOT NULL,
  PRIMARY KEY (user_id, scope_id)
)`,
  ],
  statistics_removed_durations: [
    `CREATE TABLE public.statistics_removed_durations (
  endpoint_id uuid NOT NULL,
  bin         smallint NOT NULL,
  attempts    integer NOT NULL,
  min_ms      integer NOT NULL,
  max_ms      integer NOT NULL,
  PRIMARY KEY (endpoint_id, bin)
)`,
  ],
};

/** What retention has removed goes on to count: kept by the fold, beside what is there. */
export class KeepRemovedFigures1764530000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, statements] of Object.entries(tables)) {
      const [found] = (await queryRunner.query(
        `SELECT to_regclass('public.${name}') IS NOT NULL AS "found"`,
      )) as { found: boolean }[];
      if (found?.found) continue;
      const owner = await handOver(queryRunner, ['TABLE', `public.${name}`]);
      await briefly(queryRunner, ...statements, ...owner);
    }
  }

  /** What was removed counts no more. */
  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['statistics_hours', 'statistics_days', 'statistics_totals'])
      await briefly(queryRunner, `DELETE FROM public.${table} WHERE kind = 4`);
    for (const name of Object.keys(tables).reverse())
      await briefly(queryRunner, `DROP TABLE IF EXISTS public.${name}`);
  }
}
