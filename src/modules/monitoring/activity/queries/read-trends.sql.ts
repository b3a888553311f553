import { sql } from '../../../../kernel/database/sql.js';

export interface TrendRow {
  series: string;
  object: string;
  /** When the interval begins, RFC 3339. */
  at: string;
  average: number;
  minimum: number;
  maximum: number;
}

interface TrendsOf {
  series: readonly string[];
  /** Of each series, the first by name. */
  maxObjects: number;
  from: string;
  until: string;
  stepSeconds: number;
}

/**
 * Samples from `from` until before `until`, in intervals of `stepSeconds`. The objects are found by jumps through the primary
 * key, which begins with series and object, so that no sample outside the interval is read.
 */
export const readTrends = (p: TrendsOf) => sql<TrendRow>('monitoring.read-trends')`
  WITH RECURSIVE objects (series, object, number) AS (
    SELECT n.series, (SELECT min(s.object) FROM ethhook_admin_samples s WHERE s.series = n.series), 1
      FROM unnest(${p.series}::text[]) n (series)
    UNION ALL
    SELECT o.series,
           (SELECT min(s.object) FROM ethhook_admin_samples s WHERE s.series = o.series AND s.object > o.object), o.number + 1
      FROM objects o WHERE o.object IS NOT NULL AND o.number < ${p.maxObjects}
  )
  SELECT o.series AS "series", o.object AS "object", b.at AS "at", b.average AS "average", b.minimum AS "minimum",
         b.maximum AS "maximum"
    FROM objects o
   CROSS JOIN LATERAL (
     SELECT date_bin(make_interval(secs => ${p.stepSeconds}::float8), s.at, ${p.from}::timestamptz) AS at,
            avg(s.value) AS average, min(s.value) AS minimum, max(s.value) AS maximum
       FROM ethhook_admin_samples s
      WHERE s.series = o.series AND s.object = o.object AND s.at >= ${p.from}::timestamptz AND s.at < ${p.until}::timestamptz
      GROUP BY 1) b
   WHERE o.object IS NOT NULL
   ORDER BY o.series, o.object, b.at`;
