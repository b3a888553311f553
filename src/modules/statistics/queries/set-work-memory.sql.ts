import { sql } from '../../../kernel/database/sql.js';

/** For the rest of the session. */
export const setWorkMemory = (p: { kilobytes: number }) => sql<object>('statistics.set-work-memory')`
  SELECT set_config('work_mem', ${String(p.kilobytes)}, false)`;
