import { withSession } from '../server/session.js';

export interface DatabaseSizes {
  databaseBytes: number;
  /** With indexes; those of a megabyte and more, largest first. */
  tables: { name: string; totalBytes: number; indexBytes: number }[];
}

const selectTables = `
  SELECT c.relname AS "name", pg_total_relation_size(c.oid)::float8 AS "totalBytes",
         pg_indexes_size(c.oid)::float8 AS "indexBytes"
    FROM pg_class c
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm')
     AND pg_total_relation_size(c.oid) >= 1048576
   ORDER BY pg_total_relation_size(c.oid) DESC, c.relname`;

export const measureSizes = (databaseUrl: string): Promise<DatabaseSizes> =>
  withSession(databaseUrl, async (query) => ({
    databaseBytes:
      (await query<{ bytes: number }>('SELECT pg_database_size(current_database())::float8 AS "bytes"'))[0]
        ?.bytes ?? NaN,
    tables: await query<DatabaseSizes['tables'][number]>(selectTables),
  }));
