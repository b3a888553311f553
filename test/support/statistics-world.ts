import type { z } from 'zod';
import { createSmallWorld, ids, password } from './small-world.js';
import { startTestApp, type TestApp } from './test-app.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** What the small world lacks: applications and an endpoint without figures, and an id of nothing. */
export const moreIds = {
  emptyApp: '00000000-0000-4000-8000-0000000000a2', // alice's, without endpoints
  idleApp: '00000000-0000-4000-8000-0000000000a3', // alice's, with one endpoint that was never tried
  idleEndpoint: '00000000-0000-4000-8000-000000000a31',
  nobody: '00000000-0000-4000-8000-00000000ffff',
} as const;

export interface StatisticsWorld {
  database: TestDatabase;
  app: TestApp;
  alice: string;
  bob: string;
  admin: string;
  /** The events' ingested_at, as the API writes it. */
  ingestedAt: Record<string, string>;
  close(): Promise<void>;
}

/** The small world and more, served, with the tokens of its users. */
export async function startStatisticsWorld(): Promise<StatisticsWorld> {
  const database = await createTestDatabase();
  await createSmallWorld(database.query);
  await createIdle(database);
  const app = await startTestApp(database.url);
  return {
    database,
    app,
    alice: await app.login('alice@example.com', password),
    bob: await app.login('bob@example.com', password),
    admin: await app.login('admin@example.com', password),
    ingestedAt: await readIngestedAt(database),
    close: async () => {
      await app.close();
      await database.drop();
    },
  };
}

async function createIdle({ query }: TestDatabase): Promise<void> {
  await query(
    `INSERT INTO applications (id, user_id, name, webhook_secret) VALUES ($1, $3, 'empty', 's'), ($2, $3, 'idle', 's')`,
    [moreIds.emptyApp, moreIds.idleApp, ids.alice],
  );
  await query(
    `INSERT INTO endpoints (id, application_id, name, webhook_url, hmac_secret, chain_ids, health_status)
     VALUES ($1, $2, 'idle', 'https://idle.example.com', 's', '{999}', NULL)`,
    [moreIds.idleEndpoint, moreIds.idleApp],
  );
}

async function readIngestedAt({ query }: TestDatabase): Promise<Record<string, string>> {
  const rows = await query<{ id: string; at: string }>(
    `SELECT id, (to_json(ingested_at AT TIME ZONE 'UTC') #>> '{}') || 'Z' AS at
       FROM events
      WHERE ingested_at IS NOT NULL`,
  );
  return Object.fromEntries(rows.map(({ id, at }) => [id, at]));
}

/** The body of an answer that keeps its own schema, with no field more, and says what it can be trusted for. */
export async function readTrusted<Schema extends z.ZodObject>(
  app: TestApp,
  path: string,
  schema: Schema,
  token: string,
): Promise<z.infer<Schema>> {
  const { status, body, headers } = await app.get(path, token);
  expect({ path, status, body }).toMatchObject({ path, status: 200 });
  expect(schema.strict().safeParse(body).error).toBeUndefined();
  expect(headers.get('x-data-exact')).toBe('true');
  expect(headers.get('x-data-source')).toMatch(/^(live|original)$/);
  expect(Math.abs(Date.parse(headers.get('x-data-as-of') ?? '') - Date.now())).toBeLessThan(10_000);
  return body as z.infer<Schema>;
}

export const sum = <Key extends string>(points: readonly Record<Key, number>[], key: Key) =>
  points.reduce((total, point) => total + point[key], 0);
