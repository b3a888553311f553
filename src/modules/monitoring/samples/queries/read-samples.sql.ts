import { sql } from '../../../../kernel/database/sql.js';

export interface SamplePointRow {
  series: string;
  object: string;
  /** RFC 3339, UTC, microseconds. */
  at: string;
  value: number;
}

/** From `from` until before `until`, oldest first; of `objects`, or of all of them where that is null. */
export const readSamples = (p: {
  series: readonly string[];
  objects: readonly string[] | null;
  from: string;
  until: string;
}) => sql<SamplePointRow>('monitoring.read-samples')`
  SELECT s.series, s.object, to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "at", s.value
    FROM ethhook_admin_samples s
   WHERE s.series = ANY (${p.series}::text[])
     AND (${p.objects}::text[] IS NULL OR s.object = ANY (${p.objects}::text[]))
     AND s.at >= ${p.from}::timestamptz AND s.at < ${p.until}::timestamptz
   ORDER BY s.series, s.object, s.at`;
