import { sql } from '../../../../kernel/database/sql.js';

export interface SampleSumRow {
  series: string;
  object: string;
  sum: number;
  /** From the oldest figure to now. */
  hours: number;
}

/** Of what was counted in the last `hours`. The oldest figure counts from the look before it. */
export const sumSamples = (p: { series: readonly string[]; hours: number }) => sql<SampleSumRow>(
  'monitoring.sum-samples',
)`
  SELECT s.series AS "series", s.object AS "object", sum(s.value) AS "sum",
         extract(epoch FROM now() - min(s.at))::float8 / 3600 + 1 AS "hours"
    FROM ethhook_admin_samples s
   WHERE s.series = ANY (${p.series}::text[]) AND s.at >= now() - make_interval(hours => ${p.hours}::int)
   GROUP BY s.series, s.object
   ORDER BY s.series, s.object`;
