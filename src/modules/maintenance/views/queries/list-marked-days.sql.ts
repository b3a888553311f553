import { sql } from '../../../../kernel/database/sql.js';

export interface MarkedDayRow {
  userId: string;
  /** -infinity: all of the user's. */
  date: string;
}

/** Those after `after`, by user and day; null is before all. */
export const listMarkedDays = (p: { after: MarkedDayRow | null; limit: number }) => sql<MarkedDayRow>(
  'maintenance.list-marked-days',
)`
  SELECT DISTINCT c.user_id AS "userId", c.date::text AS "date"
    FROM ethhook_admin_daily_changes c
   WHERE ${p.after?.userId ?? null}::uuid IS NULL
      OR (c.user_id, c.date) > (${p.after?.userId ?? null}::uuid, ${p.after?.date ?? null}::date)
   ORDER BY 1, 2
   LIMIT ${p.limit}`;

export interface DailyChangesRow {
  /** Marked and not counted yet; a user of whom all days are marked counts as one. */
  marked: string;
  /** Attempts written since the days were last marked, up to a limit. */
  written: string;
}

export const measureDailyChanges = (p: { countedTo: string; limit: number }) => sql<DailyChangesRow>(
  'maintenance.measure-daily-changes',
)`
  SELECT (SELECT count(*) FROM (SELECT DISTINCT c.user_id, c.date FROM ethhook_admin_daily_changes c) d) AS "marked",
         (SELECT count(*) FROM (SELECT FROM delivery_attempts a WHERE a.written_in >= ${p.countedTo}::xid8 LIMIT ${p.limit}) w)
           AS "written"`;
