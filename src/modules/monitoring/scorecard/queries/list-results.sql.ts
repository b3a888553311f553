import { sql } from '../../../../kernel/database/sql.js';
import type { State } from '../targets.js';
import type { Period } from './list-due-periods.sql.js';

export interface ResultRow {
  /** The beginning of the hour or day, RFC 3339. */
  at: string;
  target: string;
  bound: number;
  measured: number | null;
  state: State;
  samples: number;
}

/** Of periods that began in the interval, oldest first. */
export const listResults = (p: { period: Period; from: string; until: string; limit: number }) =>
  sql<ResultRow>('monitoring.list-results')`
  SELECT to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "at", s.target, s.bound, s.measured, s.state,
         s.samples::float8 AS "samples"
    FROM ethhook_admin_scorecard s
   WHERE s.period = ${p.period} AND s.at >= ${p.from}::timestamptz AND s.at < ${p.until}::timestamptz
   ORDER BY s.at, s.target
   LIMIT ${p.limit}`;
