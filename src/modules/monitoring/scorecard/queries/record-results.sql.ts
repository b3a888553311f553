import { sql } from '../../../../kernel/database/sql.js';
import type { State } from '../targets.js';
import type { Period } from './list-due-periods.sql.js';

export interface RecordedResult {
  target: string;
  bound: number;
  measured: number | null;
  state: State;
  reason: string | null;
  samples: number;
}

/** Once for each period. */
export const recordResults = (p: {
  period: Period;
  at: string;
  results: readonly RecordedResult[];
}) => sql<never>('monitoring.record-results')`
  INSERT INTO ethhook_admin_scorecard (period, at, target, bound, measured, state, reason, samples)
  SELECT ${p.period}, ${p.at}::timestamptz, r.target, r.bound, r.measured, r.state, r.reason, r.samples
    FROM jsonb_to_recordset(${JSON.stringify(p.results)}::jsonb)
      AS r (target text, bound float8, measured float8, state text, reason text, samples bigint)
      ON CONFLICT (period, at, target) DO NOTHING`;
