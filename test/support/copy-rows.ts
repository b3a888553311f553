import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** What a dump holds of a migrated database, but for what its migrations have written about themselves. */
const tables = `
  SELECT c.relname AS name,
         (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
    FROM pg_class c
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
     AND c.relname NOT IN ('ethhook_admin_migrations', 'ethhook_admin_schema_changes', 'ethhook_admin_backfills')
   ORDER BY c.relname`;

/**
 * All rows as pg_dump takes them, in one snapshot, into a migrated database without rows, as pg_restore writes them: no
 * trigger fires, and no column is filled in.
 */
export async function copyAllRows(fromUrl: string, toUrl: string): Promise<void> {
  const [source, target] = [fromUrl, toUrl].map((connectionString) => new pg.Client({ connectionString }));
  if (source === undefined || target === undefined) throw new Error('two of two');
  await Promise.all([source.connect(), target.connect()]);
  try {
    await source.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await target.query('BEGIN; SET LOCAL session_replication_role = replica');
    const { rows } = await source.query<{ name: string; columns: string }>(tables);
    for (const { name, columns } of rows) {
      await target.query(`DELETE FROM ${name}`);
      await pipeline(
        source.query(copyTo(`COPY ${name} (${columns}) TO STDOUT (FORMAT binary)`)),
        target.query(copyFrom(`COPY ${name} (${columns}) FROM STDIN (FORMAT binary)`)),
      );
    }
    await target.query('COMMIT');
  } finally {
    await Promise.all([source.end(), target.end()]);
  }
}
