import type { MigrationInterface, QueryRunner } from 'typeorm';
import { handOver } from '../kernel/migrations/owner.js';
import { replaceThePlans } from './plan-objects.js';

const columns = ['user_id', 'event_count_24h', 'delivery_count_24h', 'successful_24h', 'avg_duration_24h'];
const added = ['failed_24h', 'duration_count_24h', 'duration_sum_24h_ms', 'refreshed_at'];

/**
 * The plan's 2.2: the 24 hours before the last refresh, by the attempt's time. User by user, so that each refresh reads
 * those hours only, from idx_delivery_attempts_user_attempted; the plan's form scanned all attempts, without the index on
 * attempted_at that it had dropped.
 */
const createView = `
CREATE MATERIALIZED VIEW public.user_recent_stats AS
SELECT u.id AS user_id, r.event_count_24h, r.delivery_count_24h, r.successful_24h, r.failed_24h,
       r.duration_sum_24h_ms::double precision / nullif(r.duration_count_24h, 0) AS avg_duration_24h,
       r.duration_count_24h, r.duration_sum_24h_ms, now() AS refreshed_at
  FROM public.users u
 CROSS JOIN LATERAL (
   SELECT count(DISTINCT a.event_id) AS event_count_24h, count(*) AS delivery_count_24h,
          count(*) FILTER (WHERE a.success) AS successful_24h, count(*) FILTER (WHERE NOT a.success) AS failed_24h,
          count(a.duration_ms) AS duration_count_24h, coalesce(sum(a.duration_ms), 0) AS duration_sum_24h_ms
     FROM public.delivery_attempts a
    WHERE a.user_id = u.id AND a.attempted_at >= now() - INTERVAL '24 hours') r
 WHERE r.delivery_count_24h > 0`;

export class CreateUserRecentStats1764200000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await replaceThePlans(queryRunner, 'user_recent_stats', 'MATERIALIZED VIEW', columns, added);
    await queryRunner.query(createView);
    // REFRESH … CONCURRENTLY asks for it.
    await queryRunner.query(
      'CREATE UNIQUE INDEX user_recent_stats_user_id_key ON public.user_recent_stats (user_id)',
    );
    for (const statement of await handOver(queryRunner, ['MATERIALIZED VIEW', 'public.user_recent_stats']))
      await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP MATERIALIZED VIEW IF EXISTS public.user_recent_stats');
  }
}
