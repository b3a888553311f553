import { sql } from '../../../kernel/database/sql.js';

/** Five-minute rows serve the last 24 hours; the state says from where on they are there. */
export const moveFineFrom = () => sql<{ fineFrom: string }>('statistics.move-fine-from')`
  UPDATE statistics_state s
     SET fine_from = date_trunc('hour', now(), 'UTC') - INTERVAL '25 hours'
   WHERE s.fine_from < date_trunc('hour', now(), 'UTC') - INTERVAL '26 hours'
  RETURNING s.fine_from::text AS "fineFrom"`;

export const dropOldFine = (p: { fineFrom: string }) => sql<object>('statistics.drop-old-fine')`
  DELETE FROM statistics_fine f WHERE f.bucket < ${p.fineFrom}::timestamptz`;
