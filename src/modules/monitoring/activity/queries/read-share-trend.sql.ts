import { sql } from '../../../../kernel/database/sql.js';
import type { TrendRow } from './read-trends.sql.js';

interface ShareOf {
  /** The server's own series of what counts, and of the rest. */
  part: string;
  rest: string;
  from: string;
  until: string;
  stepSeconds: number;
}

/** What share of both `part` is: on average weighted by how much there was; a sample of nothing at all has none. */
export const readShareTrend = (p: ShareOf) => sql<Omit<TrendRow, 'series' | 'object'>>(
  'monitoring.read-share-trend',
)`
  SELECT date_bin(make_interval(secs => ${p.stepSeconds}::float8), a.at, ${p.from}::timestamptz) AS "at",
         sum(a.value) / sum(a.value + b.value) AS "average",
         min(a.value / (a.value + b.value)) AS "minimum", max(a.value / (a.value + b.value)) AS "maximum"
    FROM ethhook_admin_samples a
    JOIN ethhook_admin_samples b ON b.series = ${p.rest} AND b.object = '' AND b.at = a.at
   WHERE a.series = ${p.part} AND a.object = '' AND a.at >= ${p.from}::timestamptz AND a.at < ${p.until}::timestamptz
     AND a.value + b.value > 0
   GROUP BY 1
   ORDER BY 1`;
