import type { MigrationInterface, QueryRunner } from 'typeorm';
import { backfill, forgetBackfill } from '../kernel/migrations/backfill/backfill.js';
import { handOver } from '../kernel/migrations/owner.js';
import { briefly } from '../kernel/migrations/short-transaction.js';
import { replaceThePlans } from './plan-objects.js';

const columns = [
  'user_id',
  'date',
  'event_count',
  'delivery_count',
  'successful_deliveries',
  'failed_deliveries',
  'avg_duration_ms',
  'updated_at',
];

/**
 * The plan's 2.2, by the day (UTC) of the attempt, as the plan has it. An average cannot be merged: sum and count can, and
 * the average follows from them. event_count is of distinct events within the day; it does not add up over days, since a
 * retry after midnight counts again.
 */
const createTable = `
CREATE TABLE public.user_daily_stats (
  user_id               uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
  date                  date NOT NULL,
  event_count           bigint NOT NULL DEFAULT 0,
  delivery_count        bigint NOT NULL DEFAULT 0,
  successful_deliveries bigint NOT NULL DEFAULT 0,
  failed_deliveries     bigint NOT NULL DEFAULT 0,
  duration_count        bigint NOT NULL DEFAULT 0,
  duration_sum_ms       bigint NOT NULL DEFAULT 0,
  avg_duration_ms       double precision
    GENERATED ALWAYS AS (duration_sum_ms::double precision / nullif(duration_count, 0)) STORED,
  updated_at            timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, date)
)`;
const createDateIndex = 'CREATE INDEX idx_user_daily_stats_date ON public.user_daily_stats (date DESC)';

const fill = {
  name: 'user_daily_stats',
  table: 'public.users',
  key: 'id',
  aggregate: { timeoutMs: 600_000 },
  update: `
INSERT INTO public.user_daily_stats AS s
  (user_id, date, event_count, delivery_count, successful_deliveries, failed_deliveries, duration_count, duration_sum_ms)
SELECT a.user_id, (a.attempted_at AT TIME ZONE 'UTC')::date, count(DISTINCT a.event_id), count(*),
       count(*) FILTER (WHERE a.success), count(*) FILTER (WHERE NOT a.success),
       count(a.duration_ms), coalesce(sum(a.duration_ms), 0)
  FROM public.delivery_attempts a
 WHERE a.user_id > $1 AND a.user_id <= $2 AND a.attempted_at IS NOT NULL
 GROUP BY 1, 2
    ON CONFLICT (user_id, date) DO UPDATE
   SET event_count = excluded.event_count, delivery_count = excluded.delivery_count,
       successful_deliveries = excluded.successful_deliveries, failed_deliveries = excluded.failed_deliveries,
       duration_count = excluded.duration_count, duration_sum_ms = excluded.duration_sum_ms, updated_at = now()`,
};

export class CreateUserDailyStats1764190000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    const toCreate = await replaceThePlans(queryRunner, 'user_daily_stats', 'TABLE', columns, [
      'duration_count',
      'duration_sum_ms',
    ]);
    const owner = await handOver(queryRunner, ['TABLE', 'public.user_daily_stats']);
    if (toCreate) await briefly(queryRunner, createTable, createDateIndex, ...owner);
    await backfill(queryRunner, fill);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    // First: a run after half of this has to fill again.
    await forgetBackfill(queryRunner, fill.name);
    await briefly(queryRunner, 'DROP TABLE IF EXISTS public.user_daily_stats');
  }
}
