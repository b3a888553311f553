import { sql } from '../../../../kernel/database/sql.js';

/** FOR SHARE: FOR KEY SHARE would let is_admin be changed. */
export const lockAdministrator = (userId: string) => sql<{ id: string }>('maintenance.lock-administrator')`
  SELECT u.id FROM users u WHERE u.id = ${userId} AND u.is_admin FOR SHARE`;
