import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex, dropIndex } from '../kernel/migrations/concurrent-index.js';

const undelivered = {
  name: 'idx_delivery_attempts_undelivered',
  definition:
    'CREATE INDEX idx_delivery_attempts_undelivered ON public.delivery_attempts USING btree (user_id, event_ingested_at, event_id) INCLUDE (success) WHERE (success IS NOT TRUE)',
};
const notDelivered = {
  name: 'idx_delivery_attempts_not_delivered',
  definition:
    'CREATE INDEX idx_delivery_attempts_not_delivered ON public.delivery_attempts USING btree (user_id, event_ingested_at, event_id) WHERE (success IS NOT TRUE)',
};
const blocks = {
  name: 'idx_events_block',
  definition: 'CREATE INDEX idx_events_block ON public.events USING btree (block_number)',
};

/**
 * Lists of failed and of pending events: with the outcome in it, the index tells them apart without the table. And of few
 * blocks: from their events to the attempts.
 */
export class IndexOutcomesAndBlocks1764330000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createIndex(queryRunner, undelivered);
    await dropIndex(queryRunner, notDelivered.name);
    await createIndex(queryRunner, blocks);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropIndex(queryRunner, blocks.name);
    await createIndex(queryRunner, notDelivered);
    await dropIndex(queryRunner, undelivered.name);
  }
}
