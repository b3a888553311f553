import { setTimeout as sleep } from 'node:timers/promises';
import { createSmallWorld, ids, password } from './small-world.js';
import { startTestApp, type Answer, type TestApp } from './test-app.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

export const dashboard = '/statistics/dashboard';
/** Has the endpoint's name, which is easily changed. */
export const endpoint = `/endpoints/${ids.aliceMain}/statistics`;
/** Of alice's application. */
export const apiKey = `ethk_${'A'.repeat(32)}`;

export const outcomeOf = ({ headers }: Answer) => headers.get('x-cache');

export interface CachedWorld {
  database: TestDatabase;
  app: TestApp;
  tokens: { alice: string; bob: string; admin: string };
  /** As alice, or with another token. */
  ask(path: string, token?: string, headers?: Record<string, string>): Promise<Answer>;
  outcome(path: string, token?: string): Promise<string | null>;
  /** The endpoint, behind the server's back. */
  rename(name: string): Promise<unknown>;
  nameOf(): Promise<string>;
  invalidate(body: object, token?: string): Promise<Answer>;
  /** The rollups are there: from now on a read is one statement. */
  untilBuilt(): Promise<void>;
  close(): Promise<void>;
}

/** The small world, served by one instance that keeps its answers for 30 s. */
export async function startCachedWorld(environment: NodeJS.ProcessEnv = {}): Promise<CachedWorld> {
  const database = await createTestDatabase();
  await createSmallWorld(database.query);
  await database.query('UPDATE applications SET api_key = $1 WHERE id = $2', [apiKey, ids.aliceApp]);
  const app = await startTestApp(database.url, { CACHE_TTL_SECONDS: '30', ...environment });
  const login = (name: string) => app.login(`${name}@example.com`, password);
  const tokens = { alice: await login('alice'), bob: await login('bob'), admin: await login('admin') };
  const ask: CachedWorld['ask'] = (path, token = tokens.alice, headers = {}) => app.get(path, token, headers);
  return {
    database,
    app,
    tokens,
    ask,
    outcome: async (path, token) => outcomeOf(await ask(path, token)),
    rename: (name) => database.query('UPDATE endpoints SET name = $1 WHERE id = $2', [name, ids.aliceMain]),
    nameOf: async () => (await ask(endpoint)).body.name as string,
    invalidate: (body, token = tokens.admin) =>
      app.post('/admin/cache/invalidate', body, { authorization: `Bearer ${token}` }),
    untilBuilt: async () => {
      const fresh = () => ask(dashboard, tokens.alice, { 'cache-control': 'no-cache' });
      while ((await fresh()).headers.get('x-data-source') !== 'live') await sleep(50);
    },
    close: async () => {
      await app.close();
      await database.drop();
    },
  };
}
