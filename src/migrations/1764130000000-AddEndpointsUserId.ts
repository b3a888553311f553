import type { MigrationInterface, QueryRunner } from 'typeorm';
import { backfill, forgetBackfill } from '../kernel/migrations/backfill/backfill.js';
import { addColumn, dropColumn } from '../kernel/migrations/column.js';
import { createIndex, dropIndex } from '../kernel/migrations/concurrent-index.js';
import {
  addConstraint,
  allowNull,
  dropConstraint,
  requireNotNull,
  validateConstraint,
} from '../kernel/migrations/constraint.js';
import { handOver } from '../kernel/migrations/owner.js';
import { briefly } from '../kernel/migrations/short-transaction.js';

const column = { table: 'public.endpoints', column: 'user_id', type: 'uuid' };
const ownerKey = {
  name: 'applications_user_id_id_key',
  definition:
    'CREATE UNIQUE INDEX applications_user_id_id_key ON public.applications USING btree (user_id, id)',
};
// ON UPDATE CASCADE: an application that changes hands takes its endpoints along.
const ownership = {
  table: 'public.endpoints',
  name: 'endpoints_user_id_application_id_fkey',
  definition:
    'FOREIGN KEY (user_id, application_id) REFERENCES applications(user_id, id) ON UPDATE CASCADE ON DELETE CASCADE',
};
const fill = {
  name: 'endpoints.user_id',
  table: 'public.endpoints',
  key: 'id',
  update: `
UPDATE public.endpoints p SET user_id = a.user_id
  FROM public.applications a
 WHERE p.id > $1 AND p.id <= $2 AND a.id = p.application_id AND p.user_id IS DISTINCT FROM a.user_id`,
};

/**
 * The owner in the endpoint's row. FOR KEY SHARE waits for an application that is changing hands; the foreign key's own
 * error stands for what is not there, since NOT NULL would otherwise speak first, with another SQLSTATE. SECURITY
 * DEFINER: a writer's role needs no more rights than it had.
 */
const createTrigger = [
  `CREATE OR REPLACE FUNCTION public.ethhook_admin_fill_endpoint() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT a.user_id INTO NEW.user_id
    FROM public.applications a WHERE a.id = NEW.application_id FOR KEY SHARE;
  IF NOT FOUND AND NEW.application_id IS NOT NULL THEN
    RAISE foreign_key_violation USING
      MESSAGE = 'insert or update on table "endpoints" violates foreign key constraint "endpoints_application_id_fkey"',
      DETAIL = format('Key (application_id)=(%s) is not present in table "applications".', NEW.application_id),
      SCHEMA = 'public', TABLE = 'endpoints', CONSTRAINT = 'endpoints_application_id_fkey';
  END IF;
  RETURN NEW;
END $$`,
  'REVOKE ALL ON FUNCTION public.ethhook_admin_fill_endpoint() FROM PUBLIC',
  `CREATE OR REPLACE TRIGGER ethhook_admin_fill BEFORE INSERT OR UPDATE OF application_id ON public.endpoints
  FOR EACH ROW EXECUTE FUNCTION public.ethhook_admin_fill_endpoint()`,
];

/** endpoints.user_id, filled for writers that do not know it and kept true by a foreign key. */
export class AddEndpointsUserId1764130000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createIndex(queryRunner, ownerKey);
    await addColumn(queryRunner, column);
    const owner = await handOver(queryRunner, ['FUNCTION', 'public.ethhook_admin_fill_endpoint()']);
    await briefly(queryRunner, ...createTrigger, ...owner);
    await addConstraint(queryRunner, ownership);
    await backfill(queryRunner, fill);
    await requireNotNull(queryRunner, column.table, column.column);
    await validateConstraint(queryRunner, ownership);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    // First: a run after half of this has to fill again.
    await forgetBackfill(queryRunner, fill.name);
    await allowNull(queryRunner, column.table, column.column);
    await dropConstraint(queryRunner, ownership);
    await briefly(
      queryRunner,
      'DROP TRIGGER IF EXISTS ethhook_admin_fill ON public.endpoints',
      'DROP FUNCTION IF EXISTS public.ethhook_admin_fill_endpoint()',
    );
    await dropColumn(queryRunner, column);
    await dropIndex(queryRunner, ownerKey.name);
  }
}
