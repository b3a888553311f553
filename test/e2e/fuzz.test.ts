import { Agent, request as send } from 'node:http';
import { Random } from '../../src/demo/random.js';
import { errorBodySchema } from '../../src/kernel/http/error-body.js';
import { hostileRequest, type HostileRequest } from '../support/hostile-requests.js';
import { readRoutes, type ApiRoute } from '../support/openapi-routes.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { JWT_SECRET, startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const seed = process.env.FUZZ_SEED ?? String(Date.now() % 1_000_000);
const REQUESTS = 10_000;
const AT_ONCE = 16;
/** A hang, on a machine that does other things too. */
const TIMEOUT_MS = 20_000;
/** Each costs a bcrypt hash. */
const HASHING = ['/auth/register', '/auth/login'];
const HASHING_SHARE = 0.01;

const keys = { alice: `ethk_${'A'.repeat(32)}`, bob: `ethk_${'B'.repeat(32)}` };
const secrets = [JWT_SECRET, keys.alice, 'of-alice', '$2b$', '$2y$'];

let database: TestDatabase;
let app: TestApp;
let routes: ApiRoute[];

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  await database.query(
    `UPDATE applications SET webhook_secret = CASE WHEN id = $1 THEN 'of-alice' ELSE 's' END, api_key = CASE WHEN id = $1 THEN $2 ELSE $3 END`,
    [ids.aliceApp, keys.alice, keys.bob],
  );
  await database.query(
    `UPDATE applications SET name = 'of-alice', description = 'of-alice' WHERE user_id = $1`,
    [ids.alice],
  );
  await database.query(
    `UPDATE endpoints SET name = 'of-alice', hmac_secret = 'of-alice' WHERE user_id = $1`,
    [ids.alice],
  );
  await database.query(`UPDATE users SET subscription_tier = 'enterprise'`);
  app = await startTestApp(database.url, { BODY_LIMIT_BYTES: '16384' });
  routes = (await readRoutes(app)).filter(({ path }) => path !== '/events/stream');
}, 60_000);

afterAll(async () => {
  await app.close();
  await database.drop();
});

interface Reply {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

function fire({ method, path, headers, body }: HostileRequest): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const url = new URL(app.url);
    const outgoing = send(
      {
        host: url.hostname,
        port: url.port,
        method,
        path: `/api/v1${path}`,
        headers,
        agent,
        timeout: TIMEOUT_MS,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
        response.on('error', reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Bob attacks; what is alice's must stay, and stay unseen. */
const callers = (bob: string): Record<string, string>[] => [
  {},
  { authorization: `Bearer ${bob}` },
  { authorization: `Bearer ${bob}` },
  { authorization: `Bearer ${bob}` },
  { 'x-api-key': keys.bob },
  { authorization: 'Bearer x.y.z' },
];

const untouched = () =>
  database.query(
    `SELECT (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.id) FROM applications a WHERE a.user_id = $1) AS applications,
            (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.id) FROM endpoints e WHERE e.user_id = $1) AS endpoints,
            (SELECT jsonb_agg(to_jsonb(u) ORDER BY u.id) FROM users u WHERE u.id IN ($1, $2)) AS users,
            (SELECT jsonb_agg(to_jsonb(l) ORDER BY l.tier) FROM subscription_limits l) AS limits,
            (SELECT count(*) FROM events) AS events,
            (SELECT count(*) FROM delivery_attempts d WHERE d.user_id = $1) AS attempts,
            (SELECT count(*) FROM users u WHERE u.is_admin) AS admins,
            (SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace) AS relations`,
    [ids.alice, ids.admin],
  );

/** Our statements begin with their names; stacks have lines. */
const internals = /\/\* \w+\.[\w-]+ \*\/|node_modules|\bat \S+ \(|SQLSTATE|relation \\?"/;

function faultOf({ status, headers, text }: Reply): string | null {
  if (status >= 500) return `${status}: ${text}`;
  if (headers['x-injected'] !== undefined) return 'an injected header';
  if (internals.test(text)) return `internals: ${text}`;
  const leaked = [...secrets, 'alice@example.com'].find((secret) => text.includes(secret));
  if (leaked !== undefined) return `leaks ${leaked}: ${text}`;
  if (status < 400 || text === '') return null;
  const isForm = text.startsWith('{') && errorBodySchema.strict().safeParse(JSON.parse(text)).success;
  return isForm ? null : `another form of error: ${text}`;
}

it(`answers ${REQUESTS} requests that nobody should send, and nothing is lost, told or broken (FUZZ_SEED=${seed})`, async () => {
  const random = new Random(`fuzz ${seed}`).seek(0, 0);
  const bob = await app.login('bob@example.com', password);
  const before = await untouched();
  const knownIds = Object.values(ids);
  const hashing = routes.filter(({ path }) => HASHING.includes(path));
  const others = routes.filter(({ path }) => !HASHING.includes(path));
  const faults: unknown[] = [];
  const statuses: Record<number, number> = {};
  let made = 0;
  const attack = async () => {
    while (made++ < REQUESTS && faults.length < 5) {
      const route = random.pick(random.chance(HASHING_SHARE) ? hashing : others);
      const request = hostileRequest(random, route, knownIds);
      request.headers = { ...request.headers, ...random.pick(callers(bob)) };
      const reply = await fire(request).catch((error: unknown) => ({
        status: 599,
        headers: {},
        text: String(error),
      }));
      statuses[reply.status] = (statuses[reply.status] ?? 0) + 1;
      const fault = faultOf(reply);
      if (fault !== null) faults.push({ ...request, fault: fault.slice(0, 500) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, attack));
  agent.destroy();
  expect(faults).toEqual([]);
  for (const status of [200, 201, 400, 401, 403, 404])
    expect([status, (statuses[status] ?? 0) > 10]).toEqual([status, true]);
  expect(await untouched()).toEqual(before);
  const log = app.logs.join('');
  for (const secret of [...secrets.slice(0, 3), bob]) expect(log).not.toContain(secret);
  for (const line of app.logs) expect(() => JSON.parse(line)).not.toThrow();
  expect(log).not.toMatch(/"level":50/);
  expect((await app.get('/health/ready')).status).toBe(200);
}, 300_000);
