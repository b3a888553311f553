import { sql } from '../../../../../kernel/database/sql.js';

export type AlertKind = 'opened' | 'raised' | 'reminder' | 'resolved' | 'test';

export interface DueAlertRow {
  id: string;
  kind: AlertKind;
  createdAt: string;
  /** As it was told; null: a test. */
  finding: unknown;
}

/** The one that is due for longest; never before an earlier one of the same finding has ended. */
export const nextAlert = () => sql<DueAlertRow>('monitoring.next-alert')`
  SELECT a.id, a.kind, a.created_at AS "createdAt", a.finding
    FROM ethhook_admin_alerts a
   WHERE a.ended_at IS NULL AND a.due_at <= clock_timestamp()
     AND NOT EXISTS (SELECT FROM ethhook_admin_alerts e
                      WHERE e.finding_id = a.finding_id AND e.ended_at IS NULL
                        AND (e.created_at, e.id) < (a.created_at, a.id))
   ORDER BY a.due_at, a.id
   LIMIT 1`;
