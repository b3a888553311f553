import { sql } from '../../database/sql.js';

/** Back to what the session was opened with. */
export const unbindCommand = () => sql<never>('tasks.unbind-command')`
  SELECT set_config('lock_timeout', l.reset_val, false), set_config('statement_timeout', s.reset_val, false)
    FROM pg_settings l, pg_settings s WHERE l.name = 'lock_timeout' AND s.name = 'statement_timeout'`;
