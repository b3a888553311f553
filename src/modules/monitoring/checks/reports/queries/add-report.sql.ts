import { sql } from '../../../../../kernel/database/sql.js';

export type ReportCadence = 'daily' | 'weekly';

/** `content` is JSON. */
export const addReport = (p: { cadence: ReportCadence; createdAt: string; content: string }) => sql<{
  id: string;
}>('monitoring.add-report')`
  INSERT INTO ethhook_admin_check_reports (cadence, created_at, content)
  VALUES (${p.cadence}, ${p.createdAt}::timestamptz, ${p.content}::jsonb)
  RETURNING id`;
