import type { MigrationInterface, QueryRunner } from 'typeorm';
import { handOver } from '../kernel/migrations/owner.js';
import { briefly } from '../kernel/migrations/short-transaction.js';

/**
 * Days (UTC) of a user that are to be counted anew in user_daily_stats; -infinity is all of them. Without a key: two
 * deletes of the same day must not wait for each other.
 */
const createTables = [
  `CREATE TABLE IF NOT EXISTS public.ethhook_admin_daily_changes (
  user_id uuid NOT NULL,
  date    date NOT NULL
)`,
  'CREATE INDEX IF NOT EXISTS ethhook_admin_daily_changes_idx ON public.ethhook_admin_daily_changes (user_id, date)',
  `CREATE TABLE IF NOT EXISTS public.ethhook_admin_daily_upkeep (
  only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  counted_to xid8 NOT NULL
)`,
];

/** Nothing to mark where an attempt has no time: it counts for no day. */
const markFunction = [
  `CREATE OR REPLACE FUNCTION public.ethhook_admin_mark_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO public.ethhook_admin_daily_changes (user_id, date)
    SELECT m.user_id, (m.attempted_at AT TIME ZONE 'UTC')::date
      FROM (VALUES (OLD.user_id, OLD.attempted_at), (NEW.user_id, NEW.attempted_at)) m (user_id, attempted_at)
     WHERE m.attempted_at IS NOT NULL;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO public.ethhook_admin_daily_changes (user_id, date)
    SELECT DISTINCT g.user_id, (g.attempted_at AT TIME ZONE 'UTC')::date FROM gone g WHERE g.attempted_at IS NOT NULL;
  ELSE
    INSERT INTO public.ethhook_admin_daily_changes (user_id, date)
    SELECT DISTINCT s.user_id, '-infinity'::date FROM public.user_daily_stats s;
  END IF;
  RETURN NULL;
END $$`,
  'REVOKE ALL ON FUNCTION public.ethhook_admin_mark_days() FROM PUBLIC',
];

const createTriggers = [
  `CREATE OR REPLACE TRIGGER ethhook_admin_mark_moved AFTER UPDATE ON public.delivery_attempts
  FOR EACH ROW WHEN (OLD.attempted_at IS DISTINCT FROM NEW.attempted_at OR OLD.user_id IS DISTINCT FROM NEW.user_id)
  EXECUTE FUNCTION public.ethhook_admin_mark_days()`,
  `CREATE OR REPLACE TRIGGER ethhook_admin_mark_deleted AFTER DELETE ON public.delivery_attempts
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.ethhook_admin_mark_days()`,
  `CREATE OR REPLACE TRIGGER ethhook_admin_mark_truncated AFTER TRUNCATE ON public.delivery_attempts
  FOR EACH STATEMENT EXECUTE FUNCTION public.ethhook_admin_mark_days()`,
];

/** What was written since user_daily_stats was filled is not known: all is counted once more, by the first run. */
const begin = [
  `INSERT INTO public.ethhook_admin_daily_upkeep (counted_to) VALUES (pg_snapshot_xmin(pg_current_snapshot()))
      ON CONFLICT (only_row) DO NOTHING`,
  `INSERT INTO public.ethhook_admin_daily_changes (user_id, date) SELECT u.id, '-infinity' FROM public.users u`,
];

/**
 * What attempts do not tell by themselves of the days that have changed. That they were inserted or updated says
 * written_in; but who was deleted, or has another time or user now, is to be looked for under the day that it had.
 */
export class TrackDailyChanges1764540000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    const owner = await handOver(
      queryRunner,
      ['TABLE', 'public.ethhook_admin_daily_changes'],
      ['TABLE', 'public.ethhook_admin_daily_upkeep'],
      ['FUNCTION', 'public.ethhook_admin_mark_days()'],
    );
    await briefly(queryRunner, ...createTables, ...markFunction, ...createTriggers, ...begin, ...owner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await briefly(
      queryRunner,
      'DROP TRIGGER IF EXISTS ethhook_admin_mark_moved ON public.delivery_attempts',
      'DROP TRIGGER IF EXISTS ethhook_admin_mark_deleted ON public.delivery_attempts',
      'DROP TRIGGER IF EXISTS ethhook_admin_mark_truncated ON public.delivery_attempts',
      'DROP FUNCTION IF EXISTS public.ethhook_admin_mark_days()',
    );
    await briefly(
      queryRunner,
      'DROP TABLE IF EXISTS public.ethhook_admin_daily_upkeep',
      'DROP TABLE IF EXISTS public.ethhook_admin_daily_changes',
    );
  }
}
