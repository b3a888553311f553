import type { MigrationInterface, QueryRunner } from 'typeorm';
import { handOver } from '../kernel/migrations/owner.js';

/** What maintenance has set, with what was there before: only that is ever changed again, or taken back. */
export class RecordSettingChanges1764510000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
CREATE TABLE public.ethhook_admin_setting_changes (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  target       text NOT NULL,
  setting      text NOT NULL,
  value_before text,
  value_after  text NOT NULL,
  reason       text NOT NULL,
  changed_at   timestamptz NOT NULL DEFAULT now(),
  verified_at  timestamptz,
  reverted_at  timestamptz
)`);
    await queryRunner.query(
      `COMMENT ON COLUMN public.ethhook_admin_setting_changes.target IS 'A table, or the word server.'`,
    );
    for (const statement of await handOver(queryRunner, ['TABLE', 'public.ethhook_admin_setting_changes']))
      await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE public.ethhook_admin_setting_changes');
  }
}
