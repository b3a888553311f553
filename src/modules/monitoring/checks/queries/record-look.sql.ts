import { sql } from '../../../../kernel/database/sql.js';

export interface Look {
  check: string;
  lookedAt: string;
  durationMs: number;
  limits: readonly string[];
  /** A code; null: it worked. */
  error: string | null;
}

/** No row: somebody has looked later. Else the check's row stays locked until the end of the transaction. */
export const recordLook = (p: Look) => sql<{ name: string }>('monitoring.record-look')`
  INSERT INTO ethhook_admin_checks AS c (name, looked_at, evaluated_at, duration_ms, limits, error)
  VALUES (${p.check}, ${p.lookedAt}::timestamptz,
          CASE WHEN ${p.error}::text IS NULL THEN ${p.lookedAt}::timestamptz END,
          ${p.durationMs}, ${[...p.limits]}::text[], ${p.error}::text)
      ON CONFLICT (name) DO UPDATE
     SET looked_at = excluded.looked_at, evaluated_at = coalesce(excluded.evaluated_at, c.evaluated_at),
         duration_ms = excluded.duration_ms, limits = excluded.limits, error = excluded.error
   WHERE c.looked_at < excluded.looked_at
  RETURNING c.name`;
