import { createCluster, type ServerFiles } from '../server/server-files.js';
import { startServer, type BenchServer } from '../server/server.js';
import { withSession } from '../server/session.js';
import { runMigrations } from '../../src/data-source.js';
import { withProgressBar } from '../../src/demo/progress-bar.js';
import { seedDemoData } from '../../src/demo/seed.js';
import { buildRollupsOf } from '../live-statistics/readers.js';
import { planSettings } from '../live-statistics/cluster.js';
import type { Say } from '../report/run-bench.js';

export const PASSWORD = 'bench-password';
const DATABASE = 'ethhook';

/**
 * Half of the rows of the two large tables were written anew, twice, and nobody has cleaned up since: dead rows, half-empty
 * index pages, old statistics. Nobody is told, so that the rollups stay as they are. Autovacuum is off from then on, or it would
 * do the jobs' work before they come.
 */
const half = (table: string, column: string) =>
  `UPDATE ${table} SET ${column} = ${column} WHERE hashtext(id::text) % 2 = 0`;
const wear = [
  'ALTER SYSTEM SET autovacuum = off',
  'SELECT pg_reload_conf()',
  'SET session_replication_role = replica',
  ...[1, 2].flatMap(() => [half('delivery_attempts', 'should_retry'), half('events', 'processed_at')]),
];

/** An invalid index, as a build leaves it that was killed. */
const breakIndex = `
  CREATE INDEX maintenance_bench_invalid ON events (processed_at);
  UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'maintenance_bench_invalid'::regclass`;

export async function startWorn(
  files: ServerFiles,
  events: number,
  say: Say,
  signal: AbortSignal,
): Promise<{ server: BenchServer; databaseUrl: string }> {
  await createCluster(files);
  const server = await startServer(files, planSettings);
  try {
    await withSession(server.urlFor('postgres'), (query) => query(`CREATE DATABASE ${DATABASE}`));
    const databaseUrl = server.urlFor(DATABASE);
    await runMigrations(databaseUrl, () => undefined);
    const shape = { events, users: 50, days: 60, seed: 42, until: new Date() };
    await withProgressBar(events, (onProgress) =>
      seedDemoData(
        databaseUrl,
        { ...shape, emailDomain: 'example.com', password: PASSWORD },
        onProgress,
        signal,
      ),
    );
    say('VACUUM (ANALYZE), building the rollups');
    await withSession(databaseUrl, (query) => query('VACUUM (ANALYZE)'));
    await buildRollupsOf(databaseUrl, signal);
    say('wear, CHECKPOINT');
    await withSession(databaseUrl, async (query) => {
      for (const statement of [...wear, breakIndex, 'CHECKPOINT']) await query(statement);
    });
    return { server, databaseUrl };
  } catch (error) {
    await server.stop('immediate');
    throw error;
  }
}
