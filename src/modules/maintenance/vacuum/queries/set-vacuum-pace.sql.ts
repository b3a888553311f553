import { sql } from '../../../../kernel/database/sql.js';

/** Of this session: the pace that the server's operator gave autovacuum. By default a VACUUM by hand has none. */
export const setVacuumPace = () => sql<object>('maintenance.set-vacuum-pace')`
  SELECT set_config('vacuum_cost_delay',
           coalesce(nullif(current_setting('autovacuum_vacuum_cost_delay'), '-1'), current_setting('vacuum_cost_delay')), false),
         set_config('vacuum_cost_limit',
           coalesce(nullif(current_setting('autovacuum_vacuum_cost_limit'), '-1'), current_setting('vacuum_cost_limit')), false)`;

/** Back to what the session was opened with. */
export const resetVacuumPace = () => sql<object>('maintenance.reset-vacuum-pace')`
  SELECT set_config(s.name, s.reset_val, false) FROM pg_settings s WHERE s.name IN ('vacuum_cost_delay', 'vacuum_cost_limit')`;
