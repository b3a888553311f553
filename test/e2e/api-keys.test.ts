import { ListModel } from '../support/list-model.js';
import { idsOf, walk, type ListPage, type Parameters } from '../support/list-pages.js';
import { createListWorld, more } from '../support/list-world.js';
import { ids, password } from '../support/small-world.js';
import { startTestApp, type Answer, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const keyOf = (character: string) => `ethk_${character.repeat(32)}`;
const keys = { first: keyOf('A'), second: keyOf('b'), bobs: keyOf('7') };

let database: TestDatabase;
let model: ListModel;

beforeAll(async () => {
  database = await createTestDatabase();
  await createListWorld(database.query);
  for (const [application, key] of [
    [ids.aliceApp, keys.first],
    [more.application, keys.second],
    [ids.bobApp, keys.bobs],
  ])
    await database.query('UPDATE applications SET api_key = $2 WHERE id = $1', [application, key]);
  model = await ListModel.of(database);
}, 60_000);

afterAll(() => database.drop());

const endpointsOf: Record<string, readonly string[]> = {
  [keys.first]: [ids.aliceMain, ids.aliceSpare],
  [keys.second]: [more.busy, more.anyChain, more.untried],
};

describe.each(['live', 'original'])('with STATISTICS_READS=%s', (reads) => {
  let app: TestApp;
  let alice: string;

  beforeAll(async () => {
    app = await startTestApp(database.url, { STATISTICS_READS: reads });
    alice = await app.login('alice@example.com', password);
  }, 60_000);
  afterAll(() => app.close());

  const ask = (path: string, key: string) => app.get(path, undefined, { 'x-api-key': key });
  const askList = async (path: string, key: string, parameters: Parameters = {}): Promise<ListPage> => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
    const { status, body, text } = await ask(`${path}?${query.toString()}`, key);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`);
    return { ...body, rows: body.events ?? body.delivery_attempts ?? body.deliveries };
  };

  describe.each([
    ['first', keys.first, ids.aliceApp],
    ['second', keys.second, more.application],
  ])('the key of the %s application', (_, key, application) => {
    const own = endpointsOf[key] ?? [];

    it("lists the application's events, as the owner's application_id does", async () => {
      const { older, newer } = await walk((page) => askList('/events', key, { limit: 17, ...page }));
      const expected = model.events(ids.alice, { application_id: application }).map(({ id }) => id);
      expect(expected.length).toBeGreaterThan(40);
      expect(idsOf(older)).toEqual(expected);
      expect(idsOf(newer)).toEqual(expected);
      expect(older[0]).toMatchObject({ total: expected.length, total_is: 'exact' });
      const { body: owners } = await app.get(`/events?application_id=${application}`, alice);
      const { next_cursor: _1, ...page } = owners;
      expect((await ask('/events', key)).body).toMatchObject(page);
    });

    it.each<[string, Parameters, (success: boolean | null) => boolean]>([
      ['all', {}, () => true],
      ['failed', { success: 'false' }, (success) => success === false],
    ])('lists the attempts at its endpoints alone: %s', async (_name, parameters, matches) => {
      const list = (page: Parameters) => askList('/delivery-attempts', key, { ...parameters, ...page });
      const { older, newer } = await walk((page) => list({ limit: 23, ...page }));
      const expected = model
        .attempts(ids.alice, ({ endpoint_id, success }) => own.includes(endpoint_id) && matches(success))
        .map(({ id }) => id);
      expect(expected.length).toBeGreaterThan(40);
      expect(idsOf(older)).toEqual(expected);
      expect(idsOf(newer)).toEqual(expected);
      expect(older[0]).toMatchObject({ total: expected.length, total_is: 'exact' });
      expect(idsOf([await list({ offset: 31, limit: 9 })])).toEqual(expected.slice(31, 40));
    });

    it("counts of an event its own endpoints' attempts, and knows no event of others", async () => {
      const attempts = model.attempts(ids.alice, () => true);
      const events = [...new Set(attempts.map(({ event_id }) => event_id))];
      const isForeign: boolean[] = [];
      for (const event of events.slice(0, 60)) {
        const of = attempts.filter(
          ({ event_id, endpoint_id }) => event_id === event && own.includes(endpoint_id),
        );
        const { status, body } = await ask(`/events/${event}`, key);
        isForeign.push(of.length === 0);
        expect(status).toBe(of.length === 0 ? 404 : 200);
        if (of.length > 0)
          expect(body).toMatchObject({
            delivery_count: of.length,
            successful_deliveries: of.filter(({ success }) => success).length,
          });
        else expect(body).toMatchObject({ error: 'Event not found' });
        const tries = await askList('/delivery-attempts', key, { event_id: event, limit: 100 });
        expect(idsOf([tries]).sort()).toEqual(of.map(({ id }) => id).sort());
      }
      expect(new Set(isForeign)).toEqual(new Set([true, false]));
    });

    it.each([
      (application_: string) => `/applications/${application_}/statistics`,
      (application_: string) =>
        `/applications/${application_}/timeseries?granularity=day&start_date=2025-12-01&end_date=2026-02-01`,
      (application_: string) => `/applications/${application_}/endpoints/performance`,
      (_application: string) => `/endpoints/${own[0]}/statistics`,
      (_application: string) =>
        `/endpoints/${own[0]}/timeseries?granularity=day&start_date=2025-12-01&end_date=2026-02-01`,
      (_application: string) => `/endpoints/${own[0]}/deliveries?limit=100`,
    ])('answers %s as its owner is answered', async (path) => {
      const withoutCursors = ({ status, body }: Answer) => ({
        status,
        body: { ...body, next_cursor: '', prev_cursor: '' },
      });
      const answer = withoutCursors(await ask(path(application), key));
      expect(answer.status).toBe(200);
      expect(answer).toEqual(withoutCursors(await app.get(path(application), alice)));
    });

    it('leaves what is not its own out of batches', async () => {
      const other = Object.entries(endpointsOf).find(([of]) => of !== key)?.[1] ?? [];
      const ofEndpoints = await ask(
        `/statistics/endpoints?ids=${[...other, ...own, ids.bobMain].join()}`,
        key,
      );
      expect(ofEndpoints.body.endpoints.map((row: { endpoint_id: string }) => row.endpoint_id)).toEqual(own);
      expect(ofEndpoints.body.not_found).toEqual([...other, ids.bobMain]);
      const both = [ids.aliceApp, more.application];
      const ofApplications = await ask(`/statistics/applications?ids=${both.join()}`, key);
      expect(ofApplications.body.not_found).toEqual(both.filter((id) => id !== application));
      expect(ofApplications.body.applications).toHaveLength(1);
    });
  });

  it.each([
    ['another application of the tenant', more.application, more.busy],
    ["another tenant's", ids.bobApp, ids.bobMain],
    ['nobody', '00000000-0000-4000-8000-0000000000ff', '00000000-0000-4000-8000-0000000000fe'],
  ])('a key does not open %s', async (_, application, endpoint) => {
    const endpointError = endpoint.endsWith('fe') ? [404, 'Endpoint not found'] : [403, 'Access denied'];
    for (const [path, status, error] of [
      [`/events?application_id=${application}`, 404, 'Application not found'],
      [`/events?endpoint_id=${endpoint}`, 404, 'Endpoint not found'],
      [`/delivery-attempts?endpoint_id=${endpoint}`, 404, 'Endpoint not found'],
      [`/applications/${application}/statistics`, 404, 'Application not found'],
      [`/applications/${application}/timeseries`, 404, 'Application not found'],
      [`/applications/${application}/endpoints/performance`, 404, 'Application not found'],
      ...['statistics', 'timeseries', 'deliveries'].map((of) => [
        `/endpoints/${endpoint}/${of}`,
        ...endpointError,
      ]),
    ]) {
      const answer = await ask(String(path), keys.first);
      expect([path, answer.status, answer.body.error]).toEqual([path, status, error]);
    }
  });

  it("a cursor of one application's list is of no use in another's, nor in the owner's", async () => {
    const { next_cursor: cursor } = await askList('/events', keys.first, { limit: 5 });
    for (const answer of [
      await ask(`/events?limit=5&cursor=${cursor}`, keys.second),
      await app.get(`/events?limit=5&cursor=${cursor}`, alice),
    ])
      expect([answer.status, answer.body.field]).toEqual([400, 'cursor']);
    expect((await ask(`/events?limit=5&cursor=${cursor}`, keys.first)).status).toBe(200);
  });
});

describe('an API key', () => {
  let app: TestApp;
  let alice: string;

  beforeAll(async () => {
    app = await startTestApp(database.url);
    alice = await app.login('alice@example.com', password);
  }, 60_000);
  afterAll(() => app.close());

  const ask = (path: string, key: string, token?: string) => app.get(path, token, { 'x-api-key': key });

  it.each([
    '/statistics/dashboard',
    '/users/me',
    '/applications',
    `/applications/${ids.aliceApp}`,
    '/endpoints',
    '/audit-logs',
  ])('does not open %s', async (path) => {
    const { status, body } = await ask(path, keys.first);
    expect([status, body.code]).toEqual([403, 'api_key_not_allowed']);
  });

  it('changes nothing', async () => {
    const answer = await app.post(
      `/applications/${ids.aliceApp}/regenerate-key`,
      {},
      { 'x-api-key': keys.first },
    );
    expect([answer.status, answer.body.code]).toEqual([403, 'api_key_not_allowed']);
    expect((await ask('/events', keys.first)).status).toBe(200);
  });

  it.each([
    '',
    'ethk_',
    keyOf('Z'),
    `${keys.first} `.trimEnd() + 'A',
    keys.first.toLowerCase(),
    "ethk_' OR true --",
  ])('that is nobody’s is refused: %j', async (key) => {
    const { status, body } = await ask('/events', key);
    expect([status, body.error, body.code]).toEqual([401, 'Invalid API key', 'invalid_api_key']);
  });

  it('is refused beside a token: who sends both may mean either', async () => {
    const { status, body } = await ask('/events', keys.first, alice);
    expect([status, body.code]).toEqual([401, 'invalid_token']);
  });

  it('of an inactive application, and one that was replaced, opens nothing from then on', async () => {
    const application = more.application;
    expect((await ask('/events', keys.second)).status).toBe(200);
    await database.query('UPDATE applications SET is_active = false WHERE id = $1', [application]);
    expect((await ask('/events', keys.second)).status).toBe(401);
    await database.query('UPDATE applications SET is_active = true WHERE id = $1', [application]);
    expect((await ask('/events', keys.second)).status).toBe(200);
    const regenerated = await app.post(
      `/applications/${application}/regenerate-key`,
      {},
      { authorization: `Bearer ${alice}` },
    );
    expect((await ask('/events', keys.second)).status).toBe(401);
    expect((await ask('/events', regenerated.body.api_key)).status).toBe(200);
  });

  it('is in no log', () => {
    expect(app.logs.join('')).toContain('/api/v1/events');
    expect(app.logs.join('')).not.toMatch(/ethk_/);
  });
});
