import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropUnneededIndex, restoreDroppedIndexes } from '../kernel/migrations/unneeded-index.js';

/**
 * The plan's 1.2, before the backfill, which would have to write into each of them. The plan calls them unused; each is
 * asked again here.
 */
const unused = [
  'idx_events_transaction_hash',
  'idx_delivery_attempts_attempted_at',
  'idx_events_block_number',
  'idx_delivery_attempts_success_duration',
  'idx_events_ingested_block',
];

export class DropUnusedIndexes1764120000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const name of unused) await dropUnneededIndex(queryRunner, { name });
  }

  down = (queryRunner: QueryRunner): Promise<void> => restoreDroppedIndexes(queryRunner);
}
