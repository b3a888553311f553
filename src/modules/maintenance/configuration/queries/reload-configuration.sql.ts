import { sql } from '../../../../kernel/database/sql.js';

/** Asks for it; every process reads the files again soon after. */
export const reloadConfiguration = () =>
  sql<object>('maintenance.reload-configuration')`SELECT pg_reload_conf()`;
