import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import {
  deletionListSchema,
  deletionSchema,
  type DeletionDto,
  type DeletionListDto,
} from '../../src/modules/accounts/dto/deletion.dto.js';
import { buildRollups } from '../../src/modules/statistics/build-rollups.js';
import { originalDashboard } from '../support/original-sql.js';
import { becomes } from '../support/leader-tasks.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let app: TestApp;
let alice: string;
let bob: string;

beforeEach(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  await buildRollups(database.url);
  app = await startTestApp(database.url);
  alice = await app.login('alice@example.com', password);
  bob = await app.login('bob@example.com', password);
});
afterEach(async () => {
  await app.close();
  await database.drop();
});

const count = async (text: string, values: unknown[] = []) =>
  Number(Object.values((await database.query(`SELECT count(*) ${text}`, values))[0] ?? {})[0]);
const deletionAt = async (location: string | null): Promise<DeletionDto> => {
  const { status, body } = await app.get((location ?? '').replace('/api/v1', ''), alice);
  expect(status).toBe(200);
  return deletionSchema.strict().parse(body);
};
/** Who holds a row keeps the task from it: what is hidden stays there to be looked at. */
async function hold(text: string, values: unknown[]): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query(text, values);
  return () => client.end();
}
const holdAttempts = () =>
  hold('SELECT FROM delivery_attempts WHERE user_id = $1 FOR KEY SHARE', [ids.alice]);

const ofEndpoint = [
  `/endpoints/${ids.aliceMain}/statistics`,
  `/endpoints/${ids.aliceMain}/timeseries`,
  `/endpoints/${ids.aliceMain}/deliveries`,
  `/events?endpoint_id=${ids.aliceMain}`,
  `/delivery-attempts?endpoint_id=${ids.aliceMain}`,
];
const ofApplication = [
  `/applications/${ids.aliceApp}/statistics`,
  `/applications/${ids.aliceApp}/timeseries`,
  `/applications/${ids.aliceApp}/endpoints/performance`,
  `/events?application_id=${ids.aliceApp}`,
];
const statuses = (paths: readonly string[], token = alice) =>
  Promise.all(paths.map(async (path) => [path, (await app.get(path, token)).status]));
const all = (paths: readonly string[], status: number) => paths.map((path) => [path, status]);

/** Where the rows were the same before and after the answer, it is their count. */
async function expectDashboard(): Promise<void> {
  const [expected] = await database.query(originalDashboard, [ids.alice]);
  const { body } = await app.get('/statistics/dashboard', alice);
  const [after] = await database.query(originalDashboard, [ids.alice]);
  if (!isDeepStrictEqual(expected, after)) return;
  const { success_rate: _, ...figures } = body as Record<string, unknown>;
  expect(figures).toEqual({ ...expected, active_endpoints: figures['active_endpoints'] });
}

describe('an endpoint', () => {
  it('is hidden by the request on every route, while its attempts still count', async () => {
    const release = await holdAttempts();
    try {
      expect(await statuses(ofEndpoint)).toEqual(all(ofEndpoint, 200));
      const answer = await app.delete(`/endpoints/${ids.aliceMain}`, alice);
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(await statuses(ofEndpoint)).toEqual(all(ofEndpoint, 404));
      expect(await statuses(ofApplication)).toEqual(all(ofApplication, 200));
      const { body: figures } = await app.get(`/applications/${ids.aliceApp}/statistics`, alice);
      expect(figures).toMatchObject({ endpoints_count: 1, active_endpoints: 0, total_deliveries: 7 });
      // Of the endpoint that is left: its one attempt took 50 ms.
      expect(figures).toMatchObject({ min_delivery_time_ms: 50, max_delivery_time_ms: 50 });
      const { body: list } = await app.get(`/applications/${ids.aliceApp}/endpoints/performance`, alice);
      expect(list.endpoints.map((row: { endpoint_id: string }) => row.endpoint_id)).toEqual([ids.aliceSpare]);
      const { body: batch } = await app.get(
        `/statistics/endpoints?ids=${ids.aliceMain},${ids.aliceSpare}`,
        alice,
      );
      expect(batch).toMatchObject({ not_found: [ids.aliceMain] });
      const { body: dashboard } = await app.get('/statistics/dashboard', alice);
      expect(dashboard).toMatchObject({ active_endpoints: 0, total_deliveries: 7, events_total: 5 });
      const deletion = await deletionAt(answer.headers.get('location'));
      expect(deletion).toMatchObject({
        resource_type: 'endpoint',
        resource_id: ids.aliceMain,
        name: 'main',
        status: 'pending',
        finished_at: null,
        attempts_total: 6,
        attempts_removed: 0,
      });
    } finally {
      await release();
    }
  });

  it('is removed soon, with its attempts and nothing else, and the figures fall with the rows', async () => {
    const { headers } = await app.delete(`/endpoints/${ids.aliceMain}`, alice);
    await becomes('it is finished', async () => {
      await expectDashboard();
      return (await deletionAt(headers.get('location'))).status === 'finished';
    });
    await expectDashboard();
    expect(await deletionAt(headers.get('location'))).toMatchObject({
      attempts_total: 6,
      attempts_removed: 6,
      finished_at: expect.any(String),
    });
    expect(await count('FROM endpoints WHERE id = $1', [ids.aliceMain])).toBe(0);
    expect(await count('FROM delivery_attempts WHERE user_id = $1', [ids.alice])).toBe(1);
    expect(await count('FROM delivery_attempts WHERE user_id = $1', [ids.bob])).toBe(2);
    expect(await count('FROM events')).toBe(7);
    const { body } = await app.get('/statistics/dashboard', alice);
    expect(body).toMatchObject({ events_total: 1, total_deliveries: 1 });
    const { text } = await app.get('/metrics');
    expect(text).toMatch(/^ethhook_deletions_pending 0$/m);
    expect(text).toMatch(/^ethhook_deletion_attempts_removed_total 6$/m);
  });

  it('is written down: who deleted what, from where', async () => {
    await app.delete(`/endpoints/${ids.aliceMain}`, alice, { 'user-agent': 'tester' });
    expect(
      await database.query(
        `SELECT user_id, action, resource_type, resource_id, metadata, host(ip_address) AS ip, user_agent FROM audit_logs
          WHERE action LIKE '%.deleted'`,
      ),
    ).toEqual([
      {
        user_id: ids.alice,
        action: 'endpoint.deleted',
        resource_type: 'endpoint',
        resource_id: ids.aliceMain,
        metadata: { before: { name: 'main' } },
        ip: '127.0.0.1',
        user_agent: 'tester',
      },
    ]);
  });
});

describe('an application', () => {
  it('is hidden with its endpoints, on every route', async () => {
    const release = await holdAttempts();
    try {
      const answer = await app.delete(`/applications/${ids.aliceApp}`, alice);
      expect([answer.status, answer.text]).toEqual([204, '']);
      const paths = [...ofApplication, ...ofEndpoint];
      expect(await statuses(paths)).toEqual(all(paths, 404));
      const { body } = await app.get(`/statistics/applications?ids=${ids.aliceApp}`, alice);
      expect(body).toEqual({ applications: [], not_found: [ids.aliceApp] });
      const { body: dashboard } = await app.get('/statistics/dashboard', alice);
      expect(dashboard).toMatchObject({ active_endpoints: 0, total_deliveries: 7, events_total: 5 });
      expect(await count('FROM applications WHERE is_active')).toBe(1);
      expect(await count('FROM endpoints WHERE is_active')).toBe(1);
    } finally {
      await release();
    }
  });

  it('is removed with all that it has; the other tenant keeps theirs', async () => {
    const { headers } = await app.delete(`/applications/${ids.aliceApp}`, alice);
    await becomes('it is finished', async () => {
      await expectDashboard();
      return (await deletionAt(headers.get('location'))).status === 'finished';
    });
    await expectDashboard();
    expect(await deletionAt(headers.get('location'))).toMatchObject({ attempts_removed: 7 });
    expect(await count('FROM applications')).toBe(1);
    expect(await count('FROM endpoints')).toBe(1);
    expect(await count('FROM delivery_attempts')).toBe(2);
    expect((await app.get(`/endpoints/${ids.bobMain}/statistics`, bob)).status).toBe(200);
  });
});

describe('is refused', () => {
  const refusals: [path: string, token: () => string | undefined, status: number, error: string | RegExp][] =
    [
      [`/endpoints/${ids.bobMain}`, () => alice, 404, 'Endpoint not found'],
      [`/applications/${ids.bobApp}`, () => alice, 404, 'Application not found'],
      [`/endpoints/${ids.aliceApp}`, () => alice, 404, 'Endpoint not found'],
      [`/applications/${ids.aliceMain}`, () => alice, 404, 'Application not found'],
      ['/endpoints/1', () => alice, 400, 'Validation error: id: must be a UUID'],
      [`/endpoints/${ids.aliceMain}`, () => undefined, 401, 'Missing authorization token'],
      [`/applications/${ids.aliceApp}`, () => 'x', 401, 'Invalid or expired token'],
    ];
  it.each(refusals)('DELETE %s', async (path, token, status, error) => {
    const answer = await app.delete(path, token());
    expect([answer.status, answer.body.error]).toEqual([status, error]);
    expect(await count('FROM deletions')).toBe(0);
    expect(await count(`FROM audit_logs WHERE action LIKE '%.deleted'`)).toBe(0);
    expect(await count('FROM endpoints WHERE deleted_at IS NOT NULL')).toBe(0);
  });

  it('what was deleted before, also as a part of its application', async () => {
    expect((await app.delete(`/applications/${ids.aliceApp}`, alice)).status).toBe(204);
    expect((await app.delete(`/applications/${ids.aliceApp}`, alice)).status).toBe(404);
    expect((await app.delete(`/endpoints/${ids.aliceMain}`, alice)).status).toBe(404);
    expect(await count('FROM deletions')).toBe(1);
  });

  it('what somebody else has locked, after a while, and nothing has happened', async () => {
    const release = await hold('UPDATE endpoints SET name = name WHERE id = $1', [ids.aliceSpare]);
    try {
      const { status, body, headers } = await app.delete(`/applications/${ids.aliceApp}`, alice);
      expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'lock_timeout', '1']);
      expect(await count('FROM applications WHERE deleted_at IS NOT NULL')).toBe(0);
      expect(await count('FROM deletions')).toBe(0);
    } finally {
      await release();
    }
  });
});

it('takes a request that names a content type and has no body, as clients send it', async () => {
  const json = { 'content-type': 'application/json' };
  expect((await app.delete(`/endpoints/${ids.aliceSpare}`, alice, json)).status).toBe(204);
});

describe('the list', () => {
  const list = async (token: string, query = ''): Promise<DeletionListDto> => {
    const { status, body } = await app.get(`/deletions${query}`, token);
    expect(status).toBe(200);
    return deletionListSchema.strict().parse(body);
  };

  it("has the tenant's own, newest first, in pages", async () => {
    await app.delete(`/endpoints/${ids.aliceSpare}`, alice);
    await app.delete(`/endpoints/${ids.aliceMain}`, alice);
    await app.delete(`/endpoints/${ids.bobMain}`, bob);
    await app.delete(`/applications/${ids.aliceApp}`, alice);
    const names = ({ deletions }: DeletionListDto) => deletions.map(({ name }) => name);
    expect(names(await list(alice))).toEqual(['A', 'main', 'spare']);
    expect(names(await list(bob))).toEqual(['bob main']);
    const first = await list(alice, '?limit=2');
    expect(names(first)).toEqual(['A', 'main']);
    const second = await list(alice, `?limit=2&cursor=${first.next_cursor}`);
    expect([names(second), second.next_cursor]).toEqual([['spare'], null]);
    expect((await app.get(`/deletions?cursor=${first.next_cursor}`, bob)).status).toBe(400);
    const [mine] = first.deletions;
    expect((await app.get(`/deletions/${mine?.id}`, alice)).status).toBe(200);
    const { status, body } = await app.get(`/deletions/${mine?.id}`, bob);
    expect([status, body.error]).toEqual([404, 'Deletion not found']);
  });

  it.each(['?limit=0', '?limit=101', '?cursor=', '?cursor=x', '?offset=1'])('refuses %s', async (query) => {
    expect((await app.get(`/deletions${query}`, alice)).status).toBe(400);
  });
});
