import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex, dropIndex } from '../kernel/migrations/concurrent-index.js';
import { dropUnneededIndex, restoreDroppedIndexes } from '../kernel/migrations/unneeded-index.js';

const onAttempts = 'ON public.delivery_attempts USING btree';

/** The plan's 1.3 in the form that serves: covering, and in the order of keyset pages, read backward. */
const readIndexes = [
  {
    name: 'idx_delivery_attempts_user_endpoint',
    definition: `CREATE INDEX idx_delivery_attempts_user_endpoint ${onAttempts} (user_id, endpoint_id, event_ingested_at, event_id) INCLUDE (duration_ms, success)`,
  },
  {
    name: 'idx_delivery_attempts_not_delivered',
    definition: `CREATE INDEX idx_delivery_attempts_not_delivered ${onAttempts} (user_id, event_ingested_at, event_id) WHERE (success IS NOT TRUE)`,
  },
  {
    name: 'idx_delivery_attempts_user_attempted',
    definition: `CREATE INDEX idx_delivery_attempts_user_attempted ${onAttempts} (user_id, attempted_at, id) INCLUDE (event_id, success, duration_ms)`,
  },
  {
    name: 'idx_events_ingested_at_id',
    definition: 'CREATE INDEX idx_events_ingested_at_id ON public.events USING btree (ingested_at, id)',
  },
];

/** EthHook's own that are relied on: by deletes of events, and by its readers, who know an endpoint and no user. */
const originalIndexes = ['event_id', 'endpoint_id'].map((column) => ({
  name: `idx_delivery_attempts_${column}`,
  definition: `CREATE INDEX idx_delivery_attempts_${column} ${onAttempts} (${column})`,
}));

/** What the new ones make superfluous; the last three are the plan's own, where somebody has begun with it. */
const superseded = [
  {
    name: 'idx_events_ingested_at',
    by: 'idx_events_ingested_at_id',
    on: 'events USING btree (ingested_at DESC)',
  },
  { name: 'idx_applications_user_id', by: 'applications_pkey', on: 'applications USING btree (user_id)' },
  {
    name: 'idx_delivery_attempts_user_id',
    by: 'delivery_attempts_pkey',
    on: 'delivery_attempts USING btree (user_id) WHERE (user_id IS NOT NULL)',
  },
  {
    name: 'idx_events_ingested_id',
    by: 'idx_events_ingested_at_id',
    on: 'events USING btree (ingested_at DESC, id)',
  },
  {
    name: 'idx_delivery_attempts_user_success_time',
    by: 'idx_delivery_attempts_user_attempted',
    on: 'delivery_attempts USING btree (user_id, success, attempted_at DESC) WHERE (user_id IS NOT NULL)',
  },
].map(({ name, by, on }) => ({
  name,
  superseded: { by, definition: `CREATE INDEX ${name} ON public.${on}` },
}));

export class CreateReadIndexes1764180000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const index of [...originalIndexes, ...readIndexes]) await createIndex(queryRunner, index);
    for (const index of superseded) await dropUnneededIndex(queryRunner, index);
    await queryRunner.query('ANALYZE public.delivery_attempts, public.events');
  }

  /** One of EthHook's own that was missing, and built here, stays: it should never have been missing. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await restoreDroppedIndexes(queryRunner);
    for (const { name } of readIndexes) await dropIndex(queryRunner, name);
  }
}
