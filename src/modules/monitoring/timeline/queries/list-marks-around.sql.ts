import { sql } from '../../../../kernel/database/sql.js';
import { markColumns, marks, type MarkRow } from './marks.js';

/** Those that were under way at any moment of the interval, oldest first. */
export const listMarksAround = (p: { from: string; until: string; limit: number }) => sql<MarkRow>(
  'monitoring.list-marks-around',
)`
  SELECT ${markColumns}
    FROM (${marks}) m
   WHERE m.at >= ${p.from}::timestamptz AND m.began_at <= ${p.until}::timestamptz
   ORDER BY m.at, md5(m.id)::uuid
   LIMIT ${p.limit}`;
