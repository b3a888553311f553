import { sql } from '../../../../kernel/database/sql.js';

export interface LookRow {
  name: string;
  lookedAt: string;
  evaluatedAt: string | null;
  durationMs: number;
  limits: string[];
  error: string | null;
}

/** The latest look of each check that has had one. */
export const listLooks = () => sql<LookRow>('monitoring.list-looks')`
  SELECT c.name, c.looked_at AS "lookedAt", c.evaluated_at AS "evaluatedAt", c.duration_ms AS "durationMs", c.limits, c.error
    FROM ethhook_admin_checks c
   ORDER BY c.name`;
