import { sql } from '../../../../kernel/database/sql.js';

export interface RetentionRow {
  /** Nothing that was made, or ingested, since these times was removed; -infinity: nothing at all. */
  attemptsBefore: string;
  eventsBefore: string;
}

export const readRetention = () => sql<RetentionRow>('maintenance.read-retention')`
  SELECT t.attempts_before AS "attemptsBefore", t.events_before AS "eventsBefore" FROM ethhook_admin_retention t`;
