import { sql } from '../../../../kernel/database/sql.js';

export interface SampleStepRow {
  object: string;
  /** From now, so negative. */
  hours: number;
  value: number;
}

/** The last figure of each step of `stepHours` in the last `days`, oldest first by object; `objects` null: of all. */
export const readSampleSteps = (p: {
  series: string;
  objects: readonly string[] | null;
  days: number;
  stepHours: number;
}) => sql<SampleStepRow>('monitoring.read-sample-steps')`
  SELECT DISTINCT ON (s.object, b.step) s.object AS "object",
         extract(epoch FROM s.at - now())::float8 / 3600 AS "hours", s.value AS "value"
    FROM ethhook_admin_samples s
   CROSS JOIN LATERAL (SELECT floor(extract(epoch FROM s.at) / (3600 * ${p.stepHours}::int)) AS step) b
   WHERE s.series = ${p.series} AND s.at >= now() - make_interval(days => ${p.days}::int)
     AND (${p.objects}::text[] IS NULL OR s.object = ANY (${p.objects}::text[]))
   ORDER BY s.object, b.step, s.at DESC`;
