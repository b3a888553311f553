import { fragment, nothing, sql } from '../../../../../kernel/database/sql.js';
import type { ReportCadence } from './add-report.sql.js';

export interface ListedReportRow {
  id: string;
  cadence: ReportCadence;
  createdAt: string;
  /** Of the content. */
  counts: unknown;
}

/** Newest first, from `before` on. */
export const listReports = (p: {
  cadence: ReportCadence | undefined;
  before: { at: string; id: string } | undefined;
  limit: number;
}) => sql<ListedReportRow>('monitoring.list-reports')`
  SELECT r.id, r.cadence, r.created_at AS "createdAt", r.content -> 'counts' AS "counts"
    FROM ethhook_admin_check_reports r
   WHERE true
     ${p.cadence === undefined ? nothing : fragment`AND r.cadence = ${p.cadence}`}
     ${p.before === undefined ? nothing : fragment`AND (r.created_at, r.id) < (${p.before.at}::timestamptz, ${p.before.id}::uuid)`}
   ORDER BY r.created_at DESC, r.id DESC
   LIMIT ${p.limit}`;
