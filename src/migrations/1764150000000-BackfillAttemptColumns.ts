import type { MigrationInterface, QueryRunner } from 'typeorm';
import { backfill, forgetBackfill } from '../kernel/migrations/backfill/backfill.js';

/** Values that the plan's own UPDATE has left are put right too, should their endpoint have changed hands since. */
const fill = {
  name: 'delivery_attempts.user_id',
  table: 'public.delivery_attempts',
  key: 'id',
  update: `
UPDATE public.delivery_attempts a
   SET user_id = p.user_id, event_ingested_at = coalesce(e.ingested_at, '-infinity')
  FROM public.endpoints p, public.events e
 WHERE a.id > $1 AND a.id <= $2 AND p.id = a.endpoint_id AND e.id = a.event_id
   AND (a.user_id IS DISTINCT FROM p.user_id OR a.event_ingested_at IS DISTINCT FROM coalesce(e.ingested_at, '-infinity'))`,
};

export class BackfillAttemptColumns1764150000000 implements MigrationInterface {
  readonly transaction = false;

  up = (queryRunner: QueryRunner): Promise<void> => backfill(queryRunner, fill);

  /** The values stay: the columns go with the migration before, or were there before us. */
  down = (queryRunner: QueryRunner): Promise<void> => forgetBackfill(queryRunner, fill.name);
}
