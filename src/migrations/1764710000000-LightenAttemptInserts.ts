import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addConstraint, dropConstraint, validateConstraint } from '../kernel/migrations/constraint.js';
import { briefly } from '../kernel/migrations/short-transaction.js';
import {
  fillAttemptAtOnceFunction,
  fillAttemptFunction,
  supersedeAttemptFunction,
} from './attempt-triggers.js';

const owner = {
  table: 'public.delivery_attempts',
  name: 'fk_delivery_attempts_user',
  definition: 'FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE',
};

// Who goes on with one of the functions as it was must not meet rows of the other one as it is.
const lock = 'LOCK TABLE public.delivery_attempts IN SHARE ROW EXCLUSIVE MODE';

/**
 * An insert does less: one look-up for both of its foreign rows, and one index less, since inserted_in is written by the
 * first update, and before that is written_in. The user of an attempt is the one of its endpoint, by a foreign key: the
 * plan's own to users checked that once more, and had all writers of a tenant lock the same row.
 */
export class LightenAttemptInserts1764710000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await briefly(queryRunner, lock, fillAttemptAtOnceFunction, supersedeAttemptFunction('inserter'));
    await dropConstraint(queryRunner, owner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await addConstraint(queryRunner, owner);
    await validateConstraint(queryRunner, owner);
    await briefly(queryRunner, lock, fillAttemptFunction('inserter'), supersedeAttemptFunction('nothing'));
  }
}
