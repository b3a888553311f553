import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addColumn, dropColumn } from '../kernel/migrations/column.js';
import { createIndex, dropIndex } from '../kernel/migrations/concurrent-index.js';
import { addConstraint, dropConstraint } from '../kernel/migrations/constraint.js';
import { handOver } from '../kernel/migrations/owner.js';
import { briefly } from '../kernel/migrations/short-transaction.js';

const userId = { table: 'public.delivery_attempts', column: 'user_id', type: 'uuid' };
const eventIngestedAt = {
  table: 'public.delivery_attempts',
  column: 'event_ingested_at',
  type: 'timestamp with time zone',
};
const ownerKey = {
  name: 'endpoints_user_id_id_key',
  definition: 'CREATE UNIQUE INDEX endpoints_user_id_id_key ON public.endpoints USING btree (user_id, id)',
};
// ON UPDATE CASCADE: an endpoint that changes hands, by itself or with its application, takes its attempts along.
const ownership = {
  table: 'public.delivery_attempts',
  name: 'delivery_attempts_user_id_endpoint_id_fkey',
  definition:
    'FOREIGN KEY (user_id, endpoint_id) REFERENCES endpoints(user_id, id) ON UPDATE CASCADE ON DELETE CASCADE',
};

const violation = (column: string, table: string) => `
    RAISE foreign_key_violation USING
      MESSAGE = 'insert or update on table "delivery_attempts" violates foreign key constraint '
                '"delivery_attempts_${column}_fkey"',
      DETAIL = format('Key (${column})=(%s) is not present in table "${table}".', NEW.${column}),
      SCHEMA = 'public', TABLE = 'delivery_attempts', CONSTRAINT = 'delivery_attempts_${column}_fkey';`;

/**
 * What the read path needs in the attempt's own row. Always derived, never believed: the reads rely on it. The rows it is
 * derived from are locked as the foreign keys lock them anyway, which also waits for an owner that is being changed. An
 * event without a time (the column is nullable) is older than every window.
 */
const createFillTrigger = [
  `CREATE OR REPLACE FUNCTION public.ethhook_admin_fill_attempt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT p.user_id INTO NEW.user_id FROM public.endpoints p WHERE p.id = NEW.endpoint_id FOR KEY SHARE;
  IF NOT FOUND AND NEW.endpoint_id IS NOT NULL THEN${violation('endpoint_id', 'endpoints')}
  END IF;
  SELECT coalesce(e.ingested_at, '-infinity') INTO NEW.event_ingested_at
    FROM public.events e WHERE e.id = NEW.event_id FOR KEY SHARE;
  IF NOT FOUND AND NEW.event_id IS NOT NULL THEN${violation('event_id', 'events')}
  END IF;
  RETURN NEW;
END $$`,
  'REVOKE ALL ON FUNCTION public.ethhook_admin_fill_attempt() FROM PUBLIC',
  `CREATE OR REPLACE TRIGGER ethhook_admin_fill BEFORE INSERT OR UPDATE OF endpoint_id, event_id ON public.delivery_attempts
  FOR EACH ROW EXECUTE FUNCTION public.ethhook_admin_fill_attempt()`,
];

/**
 * EthHook never changes an event's time; should anyone, its attempts follow. FOR UPDATE before it waits for attempts that
 * are being inserted with the old time, which then are seen after it; and it makes those wait that come later, and read
 * the new time: an update that touches no key would let FOR KEY SHARE pass, and return the old one.
 */
const createFollowTriggers = [
  `CREATE OR REPLACE FUNCTION public.ethhook_admin_follow_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_WHEN = 'BEFORE' THEN
    PERFORM FROM public.events e WHERE e.id = OLD.id FOR UPDATE;
    RETURN NEW;
  END IF;
  UPDATE public.delivery_attempts a SET event_ingested_at = coalesce(NEW.ingested_at, '-infinity')
   WHERE a.event_id = NEW.id;
  RETURN NULL;
END $$`,
  'REVOKE ALL ON FUNCTION public.ethhook_admin_follow_event() FROM PUBLIC',
  ...['BEFORE', 'AFTER'].map(
    (time) => `CREATE OR REPLACE TRIGGER ethhook_admin_${time.toLowerCase()}_retiming
  ${time} UPDATE OF ingested_at ON public.events
  FOR EACH ROW WHEN (OLD.ingested_at IS DISTINCT FROM NEW.ingested_at)
  EXECUTE FUNCTION public.ethhook_admin_follow_event()`,
  ),
];

/** The plan's 2.1 and the event's time beside it, filled from here on for writers that know nothing of them. */
export class AddAttemptColumns1764140000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createIndex(queryRunner, ownerKey);
    await addColumn(queryRunner, userId);
    await addColumn(queryRunner, eventIngestedAt);
    const ownFill = await handOver(queryRunner, ['FUNCTION', 'public.ethhook_admin_fill_attempt()']);
    await briefly(queryRunner, ...createFillTrigger, ...ownFill);
    const ownFollow = await handOver(queryRunner, ['FUNCTION', 'public.ethhook_admin_follow_event()']);
    await briefly(queryRunner, ...createFollowTriggers, ...ownFollow);
    await addConstraint(queryRunner, ownership);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropConstraint(queryRunner, ownership);
    await briefly(
      queryRunner,
      'DROP TRIGGER IF EXISTS ethhook_admin_before_retiming ON public.events',
      'DROP TRIGGER IF EXISTS ethhook_admin_after_retiming ON public.events',
      'DROP FUNCTION IF EXISTS public.ethhook_admin_follow_event()',
    );
    await briefly(
      queryRunner,
      'DROP TRIGGER IF EXISTS ethhook_admin_fill ON public.delivery_attempts',
      'DROP FUNCTION IF EXISTS public.ethhook_admin_fill_attempt()',
    );
    await dropColumn(queryRunner, eventIngestedAt);
    await dropColumn(queryRunner, userId);
    await dropIndex(queryRunner, ownerKey.name);
  }
}
