import type { MigrationInterface, QueryRunner } from 'typeorm';
import { backfill, forgetBackfill, HEAP_ORDER } from '../kernel/migrations/backfill/backfill.js';
import { briefly } from '../kernel/migrations/short-transaction.js';

/** Values that the plan's own UPDATE has left are put right too, should their endpoint have changed hands since. */
const fill = {
  name: 'delivery_attempts.user_id',
  table: 'public.delivery_attempts',
  key: HEAP_ORDER,
  update: `
UPDATE public.delivery_attempts a
   SET user_id = p.user_id, event_ingested_at = coalesce(e.ingested_at, '-infinity')
  FROM public.endpoints p, public.events e
 WHERE a.ctid > $1 AND a.ctid <= $2 AND p.id = a.endpoint_id AND e.id = a.event_id
   AND (a.user_id IS DISTINCT FROM p.user_id OR a.event_ingested_at IS DISTINCT FROM coalesce(e.ingested_at, '-infinity'))`,
};

// A foreign UPDATE moves its row, maybe to a block that the backfill has left behind. The backfill's own and the foreign
// key's cascade do change the columns.
const fillMovedRows = `CREATE OR REPLACE TRIGGER ethhook_admin_fill_moved BEFORE UPDATE ON public.delivery_attempts
  FOR EACH ROW WHEN (NEW.user_id IS NOT DISTINCT FROM OLD.user_id
                     AND NEW.event_ingested_at IS NOT DISTINCT FROM OLD.event_ingested_at)
  EXECUTE FUNCTION public.ethhook_admin_fill_attempt()`;
const fillNoMore = 'DROP TRIGGER IF EXISTS ethhook_admin_fill_moved ON public.delivery_attempts';

export class BackfillAttemptColumns1764150000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await briefly(queryRunner, fillMovedRows);
    await backfill(queryRunner, fill);
    await briefly(queryRunner, fillNoMore);
  }

  /** The values stay: the columns go with the migration before, or were there before us. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await forgetBackfill(queryRunner, fill.name);
    await briefly(queryRunner, fillNoMore);
  }
}
