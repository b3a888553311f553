import { counterNames } from '../../events/index.js';
import { fragment, sql } from '../../../kernel/database/sql.js';
import { auditColumns, negatedCounters, offCte, type AuditRow } from './audit-columns.js';

const columns = fragment`t.kind, t.scope_id, '-infinity'::timestamptz AS bucket`;

/** A user's totals against the sums of their days. */
export const auditTotals = (p: { userId: string }) => sql<AuditRow>('statistics.audit-totals')`
  WITH compared AS (
    SELECT 'totals' AS source, ${columns}, ${counterNames} FROM statistics_days t WHERE t.user_id = ${p.userId}
     UNION ALL
    SELECT 'totals', ${columns}, ${negatedCounters('t')} FROM statistics_totals t WHERE t.user_id = ${p.userId}
  ), ${offCte}
  SELECT ${auditColumns}
    FROM off o`;
