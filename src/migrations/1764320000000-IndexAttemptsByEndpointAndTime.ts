import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex, dropIndex } from '../kernel/migrations/concurrent-index.js';
import { handOver } from '../kernel/migrations/owner.js';
import { dropUnneededIndex, restoreDroppedIndexes } from '../kernel/migrations/unneeded-index.js';

const byEndpoint = {
  name: 'idx_delivery_attempts_endpoint_attempted',
  definition:
    'CREATE INDEX idx_delivery_attempts_endpoint_attempted ON public.delivery_attempts USING btree (endpoint_id, attempted_at NULLS FIRST, id) INCLUDE (success)',
};
const byUser = {
  name: 'idx_delivery_attempts_user_attempted',
  definition:
    'CREATE INDEX idx_delivery_attempts_user_attempted ON public.delivery_attempts USING btree (user_id, attempted_at, id) INCLUDE (event_id, success, duration_ms)',
};
const ethhooks = {
  name: 'idx_delivery_attempts_endpoint_id',
  definition:
    'CREATE INDEX idx_delivery_attempts_endpoint_id ON public.delivery_attempts USING btree (endpoint_id)',
};

const view = (attempts: string) => `
CREATE MATERIALIZED VIEW public.user_recent_stats AS
SELECT u.id AS user_id, r.event_count_24h, r.delivery_count_24h, r.successful_24h, r.failed_24h,
       r.duration_sum_24h_ms::double precision / nullif(r.duration_count_24h, 0) AS avg_duration_24h,
       r.duration_count_24h, r.duration_sum_24h_ms, now() AS refreshed_at
  FROM public.users u
 CROSS JOIN LATERAL (
   SELECT count(DISTINCT a.event_id) AS event_count_24h, count(*) AS delivery_count_24h,
          count(*) FILTER (WHERE a.success) AS successful_24h, count(*) FILTER (WHERE NOT a.success) AS failed_24h,
          count(a.duration_ms) AS duration_count_24h, coalesce(sum(a.duration_ms), 0) AS duration_sum_24h_ms
     ${attempts}) r
 WHERE r.delivery_count_24h > 0`;
const byEndpoints = `FROM public.endpoints p
    CROSS JOIN LATERAL (
      SELECT d.event_id, d.success, d.duration_ms FROM public.delivery_attempts d
       WHERE d.endpoint_id = p.id AND d.attempted_at >= now() - INTERVAL '24 hours') a
    WHERE p.user_id = u.id`;
const byUsers = `FROM public.delivery_attempts a
    WHERE a.user_id = u.id AND a.attempted_at >= now() - INTERVAL '24 hours'`;

/**
 * The order of an endpoint's deliveries, newest attempt first. The same index finds a user's attempts of the last 24 hours,
 * endpoint by endpoint, and takes the places of the one led by user_id, twice its size, and of EthHook's own on endpoint_id.
 */
export class IndexAttemptsByEndpointAndTime1764320000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createIndex(queryRunner, byEndpoint);
    await replaceView(queryRunner, byEndpoints);
    await dropIndex(queryRunner, byUser.name);
    await dropUnneededIndex(queryRunner, {
      name: ethhooks.name,
      superseded: { by: byEndpoint.name, definition: ethhooks.definition },
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await restoreDroppedIndexes(queryRunner);
    await createIndex(queryRunner, byUser);
    await replaceView(queryRunner, byUsers);
    await dropIndex(queryRunner, byEndpoint.name);
  }
}

/** In one transaction: readers wait for the moment of a refresh, and see either. */
async function replaceView(queryRunner: QueryRunner, attempts: string): Promise<void> {
  await queryRunner.startTransaction();
  try {
    await queryRunner.query('DROP MATERIALIZED VIEW IF EXISTS public.user_recent_stats');
    await queryRunner.query(view(attempts));
    await queryRunner.query(
      'CREATE UNIQUE INDEX user_recent_stats_user_id_key ON public.user_recent_stats (user_id)',
    );
    for (const statement of await handOver(queryRunner, ['MATERIALIZED VIEW', 'public.user_recent_stats']))
      await queryRunner.query(statement);
    await queryRunner.commitTransaction();
  } catch (error) {
    await queryRunner.rollbackTransaction();
    throw error;
  }
}
