import { sql } from '../../database/sql.js';

const MAX_KEPT = 1000;

export interface RecordedDifference {
  read: string;
  /** JSON texts. */
  parameters: string;
  live: string;
  original: string;
}

/** Keeps a difference, and of all no more than the newest thousand or so. */
export const recordDifference = ({ read, parameters, live, original }: RecordedDifference) =>
  sql<never>('shadow.record-difference')`
  WITH outdated AS (
    DELETE FROM ethhook_admin_shadow_differences d
     WHERE d.id <= (SELECT max(newest.id) FROM ethhook_admin_shadow_differences newest) - ${MAX_KEPT}::bigint)
  INSERT INTO ethhook_admin_shadow_differences (read, parameters, live, original)
  VALUES (${read}, ${parameters}::jsonb, ${live}::jsonb, ${original}::jsonb)`;
