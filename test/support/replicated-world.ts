import pg from 'pg';
import { runMigrations } from '../../src/data-source.js';
import { startFaultServer, type FaultServer } from './fault-server.js';
import { startReplica, type Replica } from './replica.js';
import type { TestDatabase } from './test-database.js';

export interface ReplicatedWorld {
  server: FaultServer;
  replicas: Replica[];
  query: TestDatabase['query'];
  remove(): Promise<void>;
}

/** A migrated primary with what `fill` puts there, and streaming replicas of it. */
export async function startReplicatedWorld(
  names: readonly string[],
  fill: (database: Pick<TestDatabase, 'url' | 'query'>) => Promise<void>,
  settings: Record<string, string> = {},
): Promise<ReplicatedWorld> {
  const server = await startFaultServer({ fsync: 'off', ...settings });
  await runMigrations(server.url, () => undefined);
  const pool = new pg.Pool({ connectionString: server.url, max: 4 });
  pool.on('error', () => undefined);
  const query: TestDatabase['query'] = async (text, values = []) =>
    (await pool.query({ text, values: [...values] })).rows as never;
  await fill({ url: server.url, query });
  const replicas: Replica[] = [];
  for (const name of names) replicas.push(await startReplica(server, name));
  return {
    server,
    replicas,
    query,
    remove: async () => {
      await pool.end();
      for (const replica of replicas) await replica.remove();
      await server.remove();
    },
  };
}
