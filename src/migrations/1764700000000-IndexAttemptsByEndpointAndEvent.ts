import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex, dropIndex } from '../kernel/migrations/concurrent-index.js';
import { briefly } from '../kernel/migrations/short-transaction.js';
import { dropUnneededIndex, restoreDroppedIndexes } from '../kernel/migrations/unneeded-index.js';

const byEndpoint = {
  name: 'idx_delivery_attempts_endpoint_event',
  definition:
    "CREATE INDEX idx_delivery_attempts_endpoint_event ON public.delivery_attempts USING btree (endpoint_id, event_ingested_at, event_id) INCLUDE (duration_ms, success) WITH (fillfactor='97')",
};
const byUserAndEndpoint = {
  name: 'idx_delivery_attempts_user_endpoint',
  definition:
    'CREATE INDEX idx_delivery_attempts_user_endpoint ON public.delivery_attempts USING btree (user_id, endpoint_id, event_ingested_at, event_id) INCLUDE (duration_ms, success)',
};

/** Others whose keys come in runs that only grow at their ends. */
const growing = [
  'delivery_attempts_pkey',
  'idx_delivery_attempts_endpoint_attempted',
  'idx_events_ingested_at_id',
  'statistics_hours_pkey',
] as const;

/**
 * An endpoint has one user, by a foreign key: the user's id before it told nothing, and was a fifth of the index. Pages
 * behind the end of a run are full for good; what an update of the last seconds needs is the room of 3 % and of the versions
 * that it leaves. A contract's events are found by event_facets.
 */
export class IndexAttemptsByEndpointAndEvent1764700000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createIndex(queryRunner, byEndpoint);
    await dropIndex(queryRunner, byUserAndEndpoint.name);
    for (const index of growing)
      await briefly(queryRunner, `ALTER INDEX public.${index} SET (fillfactor = 97)`);
    await dropUnneededIndex(queryRunner, { name: 'idx_events_contract_address' });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await restoreDroppedIndexes(queryRunner);
    for (const index of [...growing].reverse())
      await briefly(queryRunner, `ALTER INDEX public.${index} RESET (fillfactor)`);
    await createIndex(queryRunner, byUserAndEndpoint);
    await dropIndex(queryRunner, byEndpoint.name);
  }
}
