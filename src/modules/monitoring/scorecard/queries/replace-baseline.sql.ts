import { sql } from '../../../../kernel/database/sql.js';
import type { BaselineRow } from './list-baseline.sql.js';

/** All that was there before goes. */
export const replaceBaseline = (p: { rows: readonly BaselineRow[]; by: string | null }) => sql<never>(
  'monitoring.replace-baseline',
)`
  WITH given AS MATERIALIZED (
    SELECT g.figure, g.low, g.high, g.source
      FROM unnest(${p.rows.map(({ figure }) => figure)}::text[], ${p.rows.map(({ low }) => low)}::float8[],
                  ${p.rows.map(({ high }) => high)}::float8[], ${p.rows.map(({ source }) => source)}::text[])
             g (figure, low, high, source)
  ),
  removed AS (
    DELETE FROM ethhook_admin_scorecard_baseline b WHERE NOT EXISTS (SELECT FROM given g WHERE g.figure = b.figure)
  )
  INSERT INTO ethhook_admin_scorecard_baseline (figure, low, high, source, recorded_by)
  SELECT g.figure, g.low, g.high, g.source, ${p.by} FROM given g
      ON CONFLICT (figure) DO UPDATE
     SET low = excluded.low, high = excluded.high, source = excluded.source, recorded_by = excluded.recorded_by,
         recorded_at = now()`;
