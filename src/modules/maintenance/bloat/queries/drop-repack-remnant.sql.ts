import { constant, sql } from '../../../../kernel/database/sql.js';

/** What the client calls at its own end: the log, its type, the trigger and the copy, where they are there. */
export const dropRepackRemnant = (p: { oid: string }) =>
  sql<never>(
    'maintenance.drop-repack-remnant',
  )`SELECT repack.repack_drop(${constant(String(Number(p.oid)))}, 4)`;
