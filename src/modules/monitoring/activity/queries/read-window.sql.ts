import { sql } from '../../../../kernel/database/sql.js';

export interface WindowRow {
  series: string;
  sum: number;
  samples: number;
  seconds: number;
}

/** The sums of the server's own series over the last `seconds`, with since when there are samples. */
export const readWindow = (p: { series: readonly string[]; seconds: number }) =>
  sql<WindowRow>('monitoring.read-window')`
  SELECT s.series AS "series", sum(s.value) AS "sum", count(*)::int AS "samples",
         extract(epoch FROM max(s.at) - min(s.at))::float8 AS "seconds"
    FROM ethhook_admin_samples s
   WHERE s.series = ANY (${p.series}::text[]) AND s.object = '' AND s.at >= now() - make_interval(secs => ${p.seconds}::float8)
   GROUP BY s.series`;
