import { constant, fragment, nothing, sql } from '../../../../../kernel/database/sql.js';
import { alertColumns, type AlertRow } from './alert-columns.js';

export type AlertState = 'pending' | 'delivered' | 'given_up';

const state = constant(`coalesce(a.outcome, 'pending')`);

/** Newest first, from `before` on. */
export const listAlerts = (p: {
  state: AlertState | undefined;
  findingId: string | undefined;
  before: { at: string; id: string } | undefined;
  limit: number;
}) => sql<AlertRow>('monitoring.list-alerts')`
  SELECT ${alertColumns}
    FROM ethhook_admin_alerts a
   WHERE true
     ${p.state === undefined ? nothing : fragment`AND ${state} = ${p.state}`}
     ${p.findingId === undefined ? nothing : fragment`AND a.finding_id = ${p.findingId}::uuid`}
     ${p.before === undefined ? nothing : fragment`AND (a.created_at, a.id) < (${p.before.at}::timestamptz, ${p.before.id}::uuid)`}
   ORDER BY a.created_at DESC, a.id DESC
   LIMIT ${p.limit}`;
