import { fragment, sql } from '../../../../../kernel/database/sql.js';
import type { ReportCadence } from './add-report.sql.js';

export interface ReportRow {
  id: string;
  cadence: ReportCadence;
  createdAt: string;
  /** As ReportContent was when it was written. */
  content: unknown;
}

/** By its id, or the latest of a kind. */
export const findReport = (p: { id: string } | { latestOf: ReportCadence }) => sql<ReportRow>(
  'monitoring.find-report',
)`
  SELECT r.id, r.cadence, r.created_at AS "createdAt", r.content
    FROM ethhook_admin_check_reports r
   WHERE ${'id' in p ? fragment`r.id = ${p.id}::uuid` : fragment`r.cadence = ${p.latestOf}`}
   ORDER BY r.created_at DESC, r.id DESC
   LIMIT 1`;
