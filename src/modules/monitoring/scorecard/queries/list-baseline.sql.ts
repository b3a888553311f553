import { sql } from '../../../../kernel/database/sql.js';
import type { FigureName } from '../figures.js';

export interface BaselineRow {
  figure: FigureName;
  low: number;
  high: number;
  source: string;
}

export const listBaseline = () => sql<BaselineRow>('monitoring.list-baseline')`
  SELECT b.figure, b.low, b.high, b.source FROM ethhook_admin_scorecard_baseline b ORDER BY b.figure`;
