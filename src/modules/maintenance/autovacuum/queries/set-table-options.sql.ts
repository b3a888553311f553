import { constant, identifier, sql } from '../../../../kernel/database/sql.js';

/** `options` of our own making: names that are tuned, and numbers. */
export const setTableOptions = (p: { schema: string; name: string; options: string }) =>
  sql<never>('maintenance.set-table-options')`
  ALTER TABLE ${identifier(p.schema)}.${identifier(p.name)} SET (${constant(p.options)})`;
