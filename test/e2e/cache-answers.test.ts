import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let app: TestApp;
let alice: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  app = await startTestApp(database.url, { CACHE_TTL_SECONDS: '30' });
  alice = await app.login('alice@example.com', password);
});
afterAll(async () => {
  await app.close();
  await database.drop();
});
it('works', async () => {
  for (let i = 0; i < 3; i++) {
    const a = await app.get('/statistics/dashboard', alice);
    console.log(a.status, a.headers, a.text);
  }
  console.log((await app.get(`/endpoints/${ids.aliceMain}/statistics`, alice)).text);
  console.log(
    (await app.get(`/metrics`, alice)).text
      .split('\n')
      .filter((l) => /ethhook_cache/.test(l))
      .join('\n'),
  );
});
