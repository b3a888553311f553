import { constant, sql } from '../../../../kernel/database/sql.js';

/** Into this session: fails when the server has no such file. `library` is a name of ours. */
export const loadLibrary = (p: { library: 'pg_stat_statements' }) =>
  sql<never>('maintenance.load-library')`LOAD ${constant(`'${p.library}'`)}`;
