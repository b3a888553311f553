import type { MigrationInterface, QueryRunner } from 'typeorm';
import { handOver } from '../kernel/migrations/owner.js';

const samples = 'public.ethhook_admin_samples';

/** Figures over time, of the server and of its objects. */
export class CreateMonitoringSamples1764600000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [
      `CREATE TABLE ${samples} (
  series text NOT NULL,
  object text NOT NULL,
  at     timestamptz NOT NULL,
  value  double precision NOT NULL,
  PRIMARY KEY (series, object, at)
)`,
      ...(await handOver(queryRunner, ['TABLE', samples])),
    ])
      await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ${samples}`);
  }
}
