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
 * Half of the rows of the two large tables were written anew and a tenth deleted, and nobody has cleaned up since: dead
 * rows, half-empty index pages, old statistics. Autovacuum stays off, or it would do the jobs' work before they come.
 */
const wear = `
  SET session_replication_role = replica;
  UPDATE delivery_attempts SET should_retry = should_retry WHERE hashtext(id::text) % 2 = 0;
  UPDATE events SET processed_at = processed_at WHERE hashtext(id::text) % 2 = 0;
  DELETE FROM delivery_attempts a USING events e
   WHERE e.id = a.event_id AND hashtext(e.id::text) % 10 = 0;
  DELETE FROM events WHERE hashtext(id::text) % 10 = 0`;

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
  const server = await startServer(files, { ...planSettings, autovacuum: 'off' });
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
    say('VACUUM (ANALYZE), then wear');
    await withSession(databaseUrl, async (query) => {
      await query('VACUUM (ANALYZE)');
      await query(wear);
      await query(breakIndex);
    });
    say('building the rollups, CHECKPOINT');
    await buildRollupsOf(databaseUrl, signal);
    await withSession(databaseUrl, (query) => query('CHECKPOINT'));
    return { server, databaseUrl };
  } catch (error) {
    await server.stop('immediate');
    throw error;
  }
}
