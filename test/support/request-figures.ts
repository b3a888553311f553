import { RequestKeeper } from '../../src/modules/monitoring/requests/request-keeper.js';
import { createSmallWorld, password } from './small-world.js';
import { startTestApp, type TestApp } from './test-app.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

export interface TenantCostRow {
  requests: number;
  ms: number;
  rows: number;
  bytes: number;
  statements: number;
}

export interface RecordedWorld {
  database: TestDatabase;
  apps: TestApp[];
  tokens: { alice: string; bob: string; admin: string };
  /** All that the instances have recorded is in the tables. */
  keep(): Promise<void>;
  /** Forgets what is in the tables. */
  clear(): Promise<void>;
  costOf(userId: string, endpointId?: string): Promise<TenantCostRow>;
  close(): Promise<void>;
}

export const NONE = '00000000-0000-0000-0000-000000000000';
const nothing: TenantCostRow = { requests: 0, ms: 0, rows: 0, bytes: 0, statements: 0 };

/** The small world, served by so many instances. */
export async function startRecordedWorld(
  instances: number,
  environment: NodeJS.ProcessEnv = {},
): Promise<RecordedWorld> {
  const database = await createTestDatabase();
  await createSmallWorld(database.query);
  const apps = await Promise.all(
    Array.from({ length: instances }, () =>
      startTestApp(database.url, { FOLD_ENABLED: 'false', ...environment }),
    ),
  );
  const login = (name: string) => apps[0]?.login(`${name}@example.com`, password) ?? '';
  const tokens = { alice: await login('alice'), bob: await login('bob'), admin: await login('admin') };
  const world: RecordedWorld = {
    database,
    apps,
    tokens,
    keep: async () => {
      for (const { app } of apps) await app.get(RequestKeeper).keep(true);
    },
    clear: async () => {
      await world.keep();
      await database.query('TRUNCATE ethhook_admin_route_minutes, ethhook_admin_tenant_hours');
    },
    costOf: async (userId, endpointId = NONE) => {
      const [row] = await database.query<TenantCostRow>(
        `SELECT sum(requests)::int AS requests, sum(database_ms) AS ms, sum(rows)::int AS rows, sum(bytes)::int AS bytes,
                sum(statements)::int AS statements
           FROM ethhook_admin_tenant_hours WHERE user_id = $1 AND endpoint_id = $2 HAVING count(*) > 0`,
        [userId, endpointId],
      );
      return row ?? nothing;
    },
    close: async () => {
      for (const app of apps) await app.close();
      await database.drop();
    },
  };
  await world.clear();
  return world;
}
