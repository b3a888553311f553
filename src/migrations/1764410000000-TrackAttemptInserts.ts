import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addColumn, dropColumn } from '../kernel/migrations/column.js';
import { createIndex, dropIndex } from '../kernel/migrations/concurrent-index.js';
import { briefly } from '../kernel/migrations/short-transaction.js';
import { fillAttemptFunction } from './attempt-triggers.js';

const insertedIn = { table: 'public.delivery_attempts', column: 'inserted_in', type: 'xid8' };
const insertedInIndex = {
  name: 'idx_delivery_attempts_inserted_in',
  definition:
    'CREATE INDEX idx_delivery_attempts_inserted_in ON public.delivery_attempts USING btree (inserted_in) WHERE (inserted_in IS NOT NULL)',
};

/**
 * The transaction that has inserted an attempt, from here on; NULL is before. Other than written_in it never changes, so
 * that what is new between two snapshots stays the same however often it is asked. The lock waits for every writer that has
 * inserted without it, so that no row without it becomes visible later.
 */
export class TrackAttemptInserts1764410000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, insertedIn);
    await briefly(
      queryRunner,
      'LOCK TABLE public.delivery_attempts IN SHARE ROW EXCLUSIVE MODE',
      fillAttemptFunction('inserter'),
    );
    await createIndex(queryRunner, insertedInIndex);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropIndex(queryRunner, insertedInIndex.name);
    await briefly(queryRunner, fillAttemptFunction('writer'));
    await dropColumn(queryRunner, insertedIn);
  }
}
