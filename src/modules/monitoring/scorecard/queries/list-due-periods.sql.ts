import { sql } from '../../../../kernel/database/sql.js';

export const periods = ['hour', 'day'] as const;
export type Period = (typeof periods)[number];

export interface DuePeriodRow {
  period: Period;
  /** RFC 3339; of UTC's hours and days. */
  from: string;
  until: string;
}

/**
 * Hours and days that are over, long enough for their last figures to be kept, and not on record: since the last that is, or
 * the latest alone where none is; not those of long ago. Oldest first.
 */
export const listDuePeriods = (p: { settledSeconds: number; limit: number }) => sql<DuePeriodRow>(
  'monitoring.list-due-periods',
)`
  WITH closed AS (
    SELECT k.period, k.length, k.most, date_trunc(k.period, now() - make_interval(secs => ${p.settledSeconds}), 'UTC') AS until
      FROM (VALUES ('hour', INTERVAL '1 hour', 48), ('day', INTERVAL '24 hours', 14)) k (period, length, most)
  )
  SELECT c.period, to_char(g.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "from",
         to_char((g.at + c.length) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "until"
    FROM closed c
   CROSS JOIN LATERAL (SELECT max(s.at) + c.length AS next FROM ethhook_admin_scorecard s WHERE s.period = c.period) l
   CROSS JOIN LATERAL generate_series(greatest(coalesce(l.next, c.until - c.length), c.until - c.most * c.length),
                                      c.until - c.length, c.length) g (at)
   ORDER BY g.at, c.period DESC
   LIMIT ${p.limit}`;
