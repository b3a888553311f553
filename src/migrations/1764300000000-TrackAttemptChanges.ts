import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addColumn, dropColumn } from '../kernel/migrations/column.js';
import { createIndex, dropIndex } from '../kernel/migrations/concurrent-index.js';
import { handOver } from '../kernel/migrations/owner.js';
import { briefly } from '../kernel/migrations/short-transaction.js';
import { fillAttemptFunction, supersedeAttemptFunction } from './attempt-triggers.js';

const writtenIn = { table: 'public.delivery_attempts', column: 'written_in', type: 'xid8' };
const writtenInIndex = {
  name: 'idx_delivery_attempts_written_in',
  definition:
    'CREATE INDEX idx_delivery_attempts_written_in ON public.delivery_attempts USING btree (written_in) WHERE (written_in IS NOT NULL)',
};

/**
 * The version of an attempt that an UPDATE or DELETE has replaced, as far as statistics count it: it was there for
 * snapshots that see written_in and not superseded_in. Kept until the fold has seen superseded_in.
 */
const createTable = [
  `CREATE TABLE public.superseded_attempts (
  user_id           uuid NOT NULL,
  event_ingested_at timestamptz NOT NULL,
  superseded_in     xid8 NOT NULL DEFAULT pg_current_xact_id(),
  attempt_id        uuid NOT NULL,
  written_in        xid8,
  event_id          uuid NOT NULL,
  endpoint_id       uuid NOT NULL,
  duration_ms       integer,
  success           boolean,
  PRIMARY KEY (user_id, event_ingested_at, superseded_in, attempt_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000)`,
  'CREATE INDEX superseded_attempts_superseded_in_idx ON public.superseded_attempts (superseded_in)',
  'CREATE INDEX superseded_attempts_written_in_idx ON public.superseded_attempts (written_in)',
];

/** One function for both. */
const supersedeFunction = [
  supersedeAttemptFunction('nothing'),
  'REVOKE ALL ON FUNCTION public.ethhook_admin_supersede_attempt() FROM PUBLIC',
];

// Named so that it comes after ethhook_admin_fill: PostgreSQL fires triggers in the order of their names.
const createTriggers = [
  `CREATE OR REPLACE TRIGGER ethhook_admin_supersede BEFORE UPDATE ON public.delivery_attempts
  FOR EACH ROW WHEN (OLD.success IS DISTINCT FROM NEW.success OR OLD.duration_ms IS DISTINCT FROM NEW.duration_ms
                     OR OLD.endpoint_id IS DISTINCT FROM NEW.endpoint_id OR OLD.event_id IS DISTINCT FROM NEW.event_id
                     OR OLD.event_ingested_at IS DISTINCT FROM NEW.event_ingested_at
                     OR OLD.user_id IS DISTINCT FROM NEW.user_id)
  EXECUTE FUNCTION public.ethhook_admin_supersede_attempt()`,
  `CREATE OR REPLACE TRIGGER ethhook_admin_supersede_deleted BEFORE DELETE ON public.delivery_attempts
  FOR EACH ROW EXECUTE FUNCTION public.ethhook_admin_supersede_attempt()`,
];

/**
 * The transaction that last wrote what the statistics count of an attempt, from here on; NULL is before. With a snapshot it
 * says whether a rollup made by that snapshot has the row. The triggers come before the function that fills the column:
 * their lock waits for every writer that has inserted without it, so that no row without it becomes visible later.
 */
export class TrackAttemptChanges1764300000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, writtenIn);
    if (!(await hasTable(queryRunner)))
      await briefly(
        queryRunner,
        ...createTable,
        ...(await handOver(queryRunner, ['TABLE', 'public.superseded_attempts'])),
      );
    const owner = await handOver(queryRunner, ['FUNCTION', 'public.ethhook_admin_supersede_attempt()']);
    await briefly(
      queryRunner,
      ...supersedeFunction,
      ...owner,
      ...createTriggers,
      fillAttemptFunction('writer'),
    );
    await createIndex(queryRunner, writtenInIndex);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropIndex(queryRunner, writtenInIndex.name);
    await briefly(
      queryRunner,
      'DROP TRIGGER IF EXISTS ethhook_admin_supersede ON public.delivery_attempts',
      'DROP TRIGGER IF EXISTS ethhook_admin_supersede_deleted ON public.delivery_attempts',
      fillAttemptFunction('nothing'),
      'DROP FUNCTION IF EXISTS public.ethhook_admin_supersede_attempt()',
    );
    await briefly(queryRunner, 'DROP TABLE IF EXISTS public.superseded_attempts');
    await dropColumn(queryRunner, writtenIn);
  }
}

async function hasTable(queryRunner: QueryRunner): Promise<boolean> {
  const [row] = (await queryRunner.query(
    `SELECT to_regclass('public.superseded_attempts') IS NOT NULL AS "found"`,
  )) as { found: boolean }[];
  return row?.found ?? false;
}
