import type { MigrationInterface, QueryRunner } from 'typeorm';
import { handOver } from '../kernel/migrations/owner.js';

const counters = 'public.ethhook_admin_counters';

/** What PostgreSQL had counted at the last look, of which the next one keeps the difference. */
export class CreateObjectCounters1764620000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [
      `CREATE TABLE ${counters} (
  name          text PRIMARY KEY,
  at            timestamptz NOT NULL,
  counted_since timestamptz,
  counts        jsonb NOT NULL
)`,
      ...(await handOver(queryRunner, ['TABLE', counters])),
    ])
      await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ${counters}`);
  }
}
