import { constant, sql } from '../../../../kernel/database/sql.js';

/** Without IF NOT EXISTS, which would keep an invalid remnant. `definition` is what pg_get_indexdef has written. */
export const createIndex = (p: { definition: string }) =>
  sql<never>(
    'maintenance.create-index',
  )`${constant(p.definition.replace(/^CREATE (UNIQUE )?INDEX /, '$&CONCURRENTLY '))}`;
