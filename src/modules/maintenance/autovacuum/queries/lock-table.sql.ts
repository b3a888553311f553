import { identifier, sql } from '../../../../kernel/database/sql.js';

/** The lock of ALTER TABLE … SET: no reader and no writer waits for it, but who vacuums or alters the table does. */
export const lockTable = (p: { schema: string; name: string }) => sql<never>('maintenance.lock-table')`
  LOCK TABLE ${identifier(p.schema)}.${identifier(p.name)} IN SHARE UPDATE EXCLUSIVE MODE`;
