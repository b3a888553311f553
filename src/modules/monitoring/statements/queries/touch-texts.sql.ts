import { sql } from '../../../../kernel/database/sql.js';

/** Those of statements that are still there, once a day: the others are forgotten one day. */
export const touchTexts = () => sql<never>('monitoring.touch-statement-texts')`
  UPDATE ethhook_admin_statement_texts x SET seen_at = now()
   WHERE x.seen_at < now() - interval '1 day'
     AND EXISTS (SELECT FROM ethhook_admin_statements k WHERE k.queryid = x.queryid AND k.gone_at IS NULL)`;
