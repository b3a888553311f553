import type { TestDatabase } from './test-database.js';

export type ServerRole = 'superuser' | 'monitor' | 'plain';

/**
 * The URL of a role that reads and writes EthHook's tables and ours, as the server's own role does, and sees of the server
 * what `monitor` (pg_monitor) or nothing lets it. The superuser's is the database's own.
 */
export async function createServerRole(database: TestDatabase, role: ServerRole): Promise<string> {
  const url = new URL(database.url);
  if (role === 'superuser') return url.href;
  const name = `${url.pathname.slice(1)}_${role}`;
  await database.query(`
    CREATE ROLE ${name} LOGIN PASSWORD 'secret';
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${name};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${name};
    ${role === 'monitor' ? `GRANT pg_monitor TO ${name}` : ''}`);
  [url.username, url.password] = [name, 'secret'];
  return url.href;
}
