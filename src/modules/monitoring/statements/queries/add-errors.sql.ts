import { sql } from '../../../../kernel/database/sql.js';
import type { ErrorCount } from '../../../../kernel/database/statement-errors.js';

/** Under the minute that it is, added to what other instances have told of it. */
export const addErrors = (p: { counts: readonly ErrorCount[] }) => sql<never>(
  'monitoring.add-statement-errors',
)`
  INSERT INTO ethhook_admin_statement_errors (at, label, sqlstate, count)
  SELECT date_trunc('minute', now()), c.label, c.sqlstate, c.count
    FROM jsonb_to_recordset(${JSON.stringify(p.counts)}::jsonb) c (label text, sqlstate text, count bigint)
   ORDER BY 2, 3 -- two instances take the same rows in the same order
      ON CONFLICT (at, label, sqlstate) DO UPDATE SET count = ethhook_admin_statement_errors.count + excluded.count`;
