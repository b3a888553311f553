import { heldBack, type PressureRow } from '../../database/pressure.js';
import { sql } from '../../database/sql.js';

export const readPressure = (limits: Parameters<typeof heldBack>[0]) =>
  sql<PressureRow>('tasks.read-pressure')`
  SELECT f.kind, f.pid, f.role, f.application, f.amount
    FROM (${heldBack(limits)}) f ORDER BY f.rank LIMIT 1`;
