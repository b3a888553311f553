import type { MigrationInterface, QueryRunner } from 'typeorm';
import { handOver } from '../kernel/migrations/owner.js';

/** Where migrations keep what has to outlive them: how to restore what they dropped, and how far a backfill is. */
export class CreateMigrationJournal1764100000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
CREATE TABLE public.ethhook_admin_schema_changes (
  migration   text NOT NULL,
  object      text NOT NULL,
  action      text NOT NULL CHECK (action IN ('begun', 'created', 'dropped', 'kept', 'repaired')),
  reason      text NOT NULL,
  evidence    jsonb NOT NULL DEFAULT '{}',
  restore_sql text,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (migration, object)
)`);
    await queryRunner.query(`
CREATE TABLE public.ethhook_admin_backfills (
  name            text PRIMARY KEY,
  table_name      text NOT NULL,
  state           text NOT NULL CHECK (state IN ('running', 'paused', 'done')),
  pause_reason    text,
  last_key        text,
  end_key         text,
  rows_visited    bigint NOT NULL DEFAULT 0,
  rows_written    bigint NOT NULL DEFAULT 0,
  rows_estimated  bigint NOT NULL,
  rows_per_second double precision,
  batch_rows      integer NOT NULL,
  batches         bigint NOT NULL DEFAULT 0,
  vacuums         integer NOT NULL DEFAULT 0,
  started_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  finished_at     timestamptz
)`);
    const tables = ['public.ethhook_admin_schema_changes', 'public.ethhook_admin_backfills'];
    for (const statement of await handOver(queryRunner, ...tables.map((name) => ['TABLE', name] as const)))
      await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE public.ethhook_admin_backfills, public.ethhook_admin_schema_changes');
  }
}
