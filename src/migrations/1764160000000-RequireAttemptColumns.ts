import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  addConstraint,
  allowNull,
  dropConstraint,
  requireNotNull,
  validateConstraint,
} from '../kernel/migrations/constraint.js';

const table = 'public.delivery_attempts';
const owner = {
  table,
  name: 'fk_delivery_attempts_user',
  definition: 'FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE',
};
const ownership = { table, name: 'delivery_attempts_user_id_endpoint_id_fkey' };
const endpointOnly = {
  table,
  name: 'delivery_attempts_endpoint_id_fkey',
  definition: 'FOREIGN KEY (endpoint_id) REFERENCES endpoints(id) ON DELETE CASCADE',
};

/** NOT NULL and foreign keys, proven by scans that block nobody; the old foreign key goes, since the new one says more. */
export class RequireAttemptColumns1764160000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await requireNotNull(queryRunner, table, 'user_id');
    await requireNotNull(queryRunner, table, 'event_ingested_at');
    await addConstraint(queryRunner, owner);
    await validateConstraint(queryRunner, owner);
    await validateConstraint(queryRunner, ownership);
    await dropConstraint(queryRunner, endpointOnly);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await addConstraint(queryRunner, endpointOnly);
    await validateConstraint(queryRunner, endpointOnly);
    await dropConstraint(queryRunner, owner);
    await allowNull(queryRunner, table, 'event_ingested_at');
    await allowNull(queryRunner, table, 'user_id');
  }
}
