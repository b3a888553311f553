import { sql } from '../../../../kernel/database/sql.js';
import { markColumns, marks, type MarkRow } from './marks.js';

export const findMark = (p: { id: string }) => sql<MarkRow>('monitoring.find-mark')`
  SELECT ${markColumns}
    FROM (${marks}) m
   WHERE m.id = ${p.id}`;
