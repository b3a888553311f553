import { moreIds, startStatisticsWorld, type StatisticsWorld } from '../support/statistics-world.js';
import { ids, password } from '../support/small-world.js';
import type { Answer } from '../support/test-app.js';

/**
 * EthHook's contract, row by row: status, content type, every field with its type and null rule, and no field less. What we
 * add is beside them; the UI ignores it.
 */
let world: StatisticsWorld;

beforeAll(async () => {
  world = await startStatisticsWorld();
  await world.database.query(`UPDATE users SET subscription_tier = 'enterprise'`);
}, 60_000);
afterAll(() => world.close());

type FieldType = 'string' | 'uuid' | 'time' | 'int' | 'number' | 'bool' | 'strings' | 'ints';
/** `?`: or null, never left out. */
type Rule = FieldType | `${FieldType}?`;
type Shape = { readonly [field: string]: Rule | Shape | readonly [Shape] };

const checks: Record<FieldType, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  uuid: (value) => typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
  time: (value) =>
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value) &&
    !Number.isNaN(Date.parse(value)),
  int: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  bool: (value) => typeof value === 'boolean',
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  ints: (value) => Array.isArray(value) && value.every(Number.isInteger),
};

/** The fields that are not as the contract has them. */
function faults(value: unknown, rule: Rule | Shape | readonly [Shape], at = ''): string[] {
  if (typeof rule === 'string') {
    const type = rule.replace('?', '') as FieldType;
    if (value === null && rule.endsWith('?')) return [];
    return checks[type](value) ? [] : [`${at} is no ${rule}: ${JSON.stringify(value)}`];
  }
  if (Array.isArray(rule)) {
    const [item] = rule as readonly [Shape];
    if (!Array.isArray(value) || value.length === 0) return [`${at} is no list with something in it`];
    return value.flatMap((one, index) => faults(one, item, `${at}[${index}]`));
  }
  if (typeof value !== 'object' || value === null) return [`${at} is no object`];
  return Object.entries(rule as Shape).flatMap(([field, of]) =>
    field in value
      ? faults((value as Record<string, unknown>)[field], of, `${at}.${field}`)
      : [`${at}.${field} is missing`],
  );
}

const user: Shape = { id: 'uuid', email: 'string', name: 'string', is_admin: 'bool', created_at: 'time' };
const application: Shape = {
  id: 'uuid',
  user_id: 'uuid',
  name: 'string',
  description: 'string?',
  api_key: 'string',
  webhook_secret: 'string',
  is_active: 'bool',
  created_at: 'time',
  updated_at: 'time',
};
const endpoint: Shape = {
  id: 'uuid',
  application_id: 'uuid',
  name: 'string',
  webhook_url: 'string',
  description: 'string?',
  hmac_secret: 'string',
  chain_ids: 'ints',
  contract_addresses: 'strings',
  event_signatures: 'strings',
  is_active: 'bool',
  created_at: 'time',
  updated_at: 'time',
};
const event: Shape = {
  id: 'uuid',
  block_number: 'int',
  block_hash: 'string',
  transaction_hash: 'string',
  log_index: 'int',
  contract_address: 'string',
  topics: 'strings',
  data: 'string',
  ingested_at: 'time?',
  processed_at: 'time?',
  delivery_count: 'int',
  successful_deliveries: 'int',
  event_type: 'string',
  chain_id: 'int?',
  endpoint_name: 'string?',
  status: 'string',
  attempts: 'int',
  created_at: 'time?',
};
const attempt: Shape = {
  id: 'uuid',
  event_id: 'uuid',
  endpoint_id: 'uuid',
  endpoint_name: 'string',
  attempt_number: 'int',
  http_status_code: 'int?',
  response_body: 'string?',
  error_message: 'string?',
  attempted_at: 'time',
  completed_at: 'time?',
  duration_ms: 'int?',
  success: 'bool?',
  should_retry: 'bool',
  next_retry_at: 'time?',
};
const point: Shape = {
  timestamp: 'time',
  event_count: 'int',
  delivery_count: 'int',
  successful_deliveries: 'int',
  failed_deliveries: 'int',
  success_rate: 'number',
  avg_latency_ms: 'number?',
};
const series: Shape = { data_points: [point], time_range: 'string', granularity: 'string' };

const newApplication = { name: 'New', description: null };
const newEndpoint = {
  application_id: ids.aliceApp,
  name: 'New',
  webhook_url: 'https://hooks.example.com/in',
  chain_ids: [1, 10],
  contract_addresses: [`0x${'ab'.repeat(20)}`],
  event_signatures: ['Transfer(address,address,uint256)'],
};

type Row = [route: string, status: number, shape: Shape, body?: object];
const rows: Row[] = [
  ['POST /auth/login', 200, { user, token: 'string' }, { email: 'alice@example.com', password }],
  [
    'POST /auth/register',
    200,
    { user, token: 'string' },
    { email: 'new@example.com', password: 'long enough', name: 'New' },
  ],
  ['GET /users/me', 200, user],
  ['GET /users/profile', 200, user],
  ['PUT /users/me', 200, user, { name: 'Alice again' }],
  ['POST /applications', 201, application, newApplication],
  ['GET /applications', 200, { applications: [{ ...application, api_key: 'string?' }], total: 'int' }],
  [`GET /applications/${ids.aliceApp}`, 200, { ...application, api_key: 'string?' }],
  [
    `PUT /applications/${ids.aliceApp}`,
    200,
    { ...application, api_key: 'string?' },
    { name: 'Other', description: 'x', is_active: true },
  ],
  [`POST /applications/${ids.aliceApp}/regenerate-key`, 200, application],
  [`GET /applications/${ids.aliceApp}/endpoints`, 200, { endpoints: [endpoint], total: 'int' }],
  ['POST /endpoints', 201, endpoint, newEndpoint],
  ['GET /endpoints', 200, { endpoints: [endpoint], total: 'int' }],
  [`GET /endpoints/${ids.aliceMain}`, 200, endpoint],
  [`PUT /endpoints/${ids.aliceMain}`, 200, endpoint, { name: 'Main', chain_ids: [1] }],
  [`POST /endpoints/${ids.aliceMain}/regenerate-secret`, 200, endpoint],
  ['GET /events', 200, { events: [event], total: 'int' }],
  ['GET /events?limit=2&offset=1', 200, { events: [event], total: 'int' }],
  [`GET /events?endpoint_id=${ids.aliceMain}`, 200, { events: [event], total: 'int' }],
  [`GET /events/${ids.shared}`, 200, event],
  ['GET /delivery-attempts', 200, { delivery_attempts: [attempt], total: 'int' }],
  [
    `GET /delivery-attempts?event_id=${ids.shared}&endpoint_id=${ids.aliceMain}`,
    200,
    { delivery_attempts: [attempt], total: 'int' },
  ],
  [
    'GET /statistics/dashboard',
    200,
    {
      events_today: 'int',
      events_total: 'int',
      success_rate: 'number',
      avg_delivery_time_ms: 'number?',
      active_endpoints: 'int',
      total_deliveries: 'int',
      successful_deliveries: 'int',
      failed_deliveries: 'int',
    },
  ],
  ['GET /statistics/timeseries', 200, series],
  ['GET /statistics/timeseries?time_range=30d&granularity=day&chain_ids=1,10&success=true', 200, series],
  ['GET /statistics/timeseries?granularity=day&start_date=2026-01-01', 200, series],
  [
    'GET /statistics/chain-distribution',
    200,
    {
      distributions: [{ chain_id: 'int', chain_name: 'string', event_count: 'int', percentage: 'number' }],
      total_events: 'int',
    },
  ],
  [
    `GET /applications/${ids.aliceApp}/statistics`,
    200,
    {
      application_id: 'uuid',
      events_total: 'int',
      events_24h: 'int',
      endpoints_count: 'int',
      active_endpoints: 'int',
      total_deliveries: 'int',
      successful_deliveries: 'int',
      failed_deliveries: 'int',
      success_rate: 'number',
      avg_delivery_time_ms: 'number',
      min_delivery_time_ms: 'number',
      max_delivery_time_ms: 'number',
      first_event_at: 'time?',
      last_event_at: 'time?',
    },
  ],
  [`GET /applications/${ids.aliceApp}/timeseries?granularity=auto`, 200, series],
  [
    `GET /applications/${ids.aliceApp}/endpoints/performance`,
    200,
    {
      endpoints: [
        {
          endpoint_id: 'uuid',
          name: 'string',
          url: 'string',
          events_count: 'int',
          success_rate: 'number',
          avg_latency_ms: 'number?',
          last_event_at: 'time?',
        },
      ],
    },
  ],
  ...[ids.aliceMain, moreIds.idleEndpoint].map((id): Row => [
    `GET /endpoints/${id}/statistics`,
    200,
    {
      endpoint_id: 'uuid',
      name: 'string',
      webhook_url: 'string',
      status: 'string',
      events_total: 'int',
      events_24h: 'int',
      deliveries_total: 'int',
      successful_deliveries: 'int',
      failed_deliveries: 'int',
      success_rate: 'number',
      avg_delivery_time_ms: 'number?',
      p50_latency_ms: 'number?',
      p95_latency_ms: 'number?',
      p99_latency_ms: 'number?',
      health_score: 'number',
      first_event_at: 'time?',
      last_event_at: 'time?',
    },
  ]),
  [
    `GET /endpoints/${ids.aliceMain}/timeseries?granularity=auto`,
    200,
    { data_points: [{ timestamp: 'time', count: 'int' }], time_range: 'string', granularity: 'string' },
  ],
  [
    `GET /endpoints/${ids.aliceMain}/deliveries?status=success`,
    200,
    {
      deliveries: [
        {
          id: 'uuid',
          event_id: 'uuid',
          attempt_number: 'int',
          http_status_code: 'int?',
          success: 'bool?',
          duration_ms: 'int?',
          attempted_at: 'time',
          error_message: 'string?',
          response_body: 'string?',
        },
      ],
      total: 'int',
      limit: 'int',
      offset: 'int',
    },
  ],
];

function call(route: string, body?: object, token: string | undefined = world.alice): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ');
  return method === 'GET' ? world.app.get(path, token) : world.app.call(method, path, token, body);
}

describe('the contract', () => {
  it.each(rows)('%s is %i, with every field', async (...[route, status, shape, body]) => {
    const answer = await call(route, body);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      'application/json; charset=utf-8',
    ]);
    expect(faults(answer.body, shape)).toEqual([]);
  });

  it('GET /health is OK as text, without a token', async () => {
    const { status, text, headers } = await world.app.get('/health');
    expect([status, text, headers.get('content-type')]).toEqual([
      200,
      'OK',
      expect.stringMatching(/^text\/plain/),
    ]);
  });

  it.each([['applications'], ['endpoints']])(
    'DELETE /%s/:id is 204 without a body, and 404 after it',
    async (kind) => {
      const created = await call(`POST /${kind}`, kind === 'applications' ? newApplication : newEndpoint);
      const route = `/${kind}/${created.body.id}`;
      const answer = await call(`DELETE ${route}`);
      expect([answer.status, answer.text]).toEqual([204, '']);
      const again = await call(`DELETE ${route}`);
      const error = kind === 'applications' ? 'Application not found' : 'Endpoint not found';
      expect([again.status, again.body.error, (await call(`GET ${route}`)).body.error]).toEqual([
        404,
        error,
        error,
      ]);
    },
  );

  const nowhere = '00000000-0000-4000-8000-00000000fffe';
  const refusals: [route: string, body: object | undefined, status: number, error: string | RegExp][] = [
    ['POST /auth/login', { email: 'alice@example.com', password: 'wrong' }, 401, 'Invalid email or password'],
    [
      'POST /auth/login',
      { email: 'nobody@example.com', password: 'wrong' },
      401,
      'Invalid email or password',
    ],
    [
      'POST /auth/register',
      { email: 'alice@example.com', password: 'long enough', name: 'A' },
      400,
      'An account with this email already exists. Please use a different email or try logging in.',
    ],
    [
      'POST /auth/register',
      { email: 'x@example.com', password: 'short', name: 'A' },
      400,
      /^Validation error: password: /,
    ],
    [
      'POST /auth/register',
      { email: 'no address', password: 'long enough', name: 'A' },
      400,
      /^Validation error: email: /,
    ],
    [
      'POST /auth/register',
      { email: 'y@example.com', password: 'long enough', name: 'n'.repeat(101) },
      400,
      /^Validation error: name: /,
    ],
    ['PUT /users/me', { name: '' }, 400, 'Name cannot be empty'],
    ['PUT /users/me', { name: '   ' }, 400, 'Name cannot be empty'],
    ['POST /applications', { name: '' }, 400, /^Validation error: name: /],
    [
      'POST /applications',
      { name: 'x', description: 'd'.repeat(501) },
      400,
      /^Validation error: description: /,
    ],
    [`GET /applications/${nowhere}`, undefined, 404, 'Application not found'],
    [`PUT /applications/${ids.bobApp}`, { name: 'mine now' }, 404, 'Application not found'],
    [`POST /applications/${ids.bobApp}/regenerate-key`, undefined, 404, 'Application not found'],
    [`GET /applications/${ids.bobApp}/endpoints`, undefined, 404, 'Application not found'],
    [`GET /applications/${ids.bobApp}/statistics`, undefined, 404, 'Application not found'],
    ['POST /endpoints', { ...newEndpoint, application_id: ids.bobApp }, 404, 'Application not found'],
    [
      'POST /endpoints',
      { ...newEndpoint, webhook_url: 'ftp://example.com' },
      400,
      /^Validation error: webhook_url: /,
    ],
    [
      'POST /endpoints',
      { ...newEndpoint, webhook_url: 'http://127.0.0.1/x' },
      400,
      /^Validation error: webhook_url: /,
    ],
    ['POST /endpoints', { ...newEndpoint, chain_ids: undefined }, 400, /^Validation error: chain_ids: /],
    ['POST /endpoints', { ...newEndpoint, chain_ids: ['1'] }, 400, /^Validation error: chain_ids\.0: /],
    [
      'POST /endpoints',
      { ...newEndpoint, description: 'd'.repeat(201) },
      400,
      /^Validation error: description: /,
    ],
    [`GET /endpoints/${ids.bobMain}`, undefined, 404, 'Endpoint not found'],
    [`PUT /endpoints/${ids.bobMain}`, { name: 'mine now' }, 404, 'Endpoint not found'],
    [`POST /endpoints/${ids.bobMain}/regenerate-secret`, undefined, 404, 'Endpoint not found'],
    [`GET /events?endpoint_id=${ids.bobMain}`, undefined, 404, 'Endpoint not found'],
    [`GET /events/${ids.untried}`, undefined, 404, 'Event not found'],
    [`GET /endpoints/${ids.bobMain}/statistics`, undefined, 403, 'Access denied'],
    [`GET /endpoints/${nowhere}/statistics`, undefined, 404, 'Endpoint not found'],
    ['GET /events?limit=101', undefined, 400, /^Validation error: limit: /],
    ['GET /statistics/alchemy-usage', undefined, 403, 'Administrators only'],
  ];
  it.each(refusals)('%s with %j is %i: %s', async (route, body, status, error) => {
    const answer = await call(route, body);
    expect([answer.status, answer.body.error]).toEqual([
      status,
      typeof error === 'string' ? error : expect.stringMatching(error),
    ]);
  });

  it('401 has the two texts that the UI knows', async () => {
    const none = await world.app.get('/users/me');
    const wrong = await world.app.get('/users/me', 'x.y.z');
    expect([none.status, none.body.error, wrong.status, wrong.body.error]).toEqual([
      401,
      'Missing authorization token',
      401,
      'Invalid or expired token',
    ]);
  });
});

describe('what was wrong with the old API', () => {
  const get = async (path: string) => (await call(`GET ${path}`)).body;

  it('/events is ordered by recency, with or without an endpoint', async () => {
    const times = (await get('/events')).events.map(
      ({ ingested_at: at }: { ingested_at: string | null }) => at ?? '',
    );
    expect(times.length).toBeGreaterThan(3);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('/delivery-attempts tells how many there are, not how many it shows', async () => {
    const { total, delivery_attempts } = await get('/delivery-attempts?limit=1');
    expect([delivery_attempts.length, total]).toEqual([1, 7]);
  });

  it('chain_ids and dates work on the time series, one date alone too, and are not cut by the range', async () => {
    for (const query of [
      'chain_ids=1',
      'start_date=2026-01-01',
      'end_date=2026-01-31',
      'chain_ids=1,10&end_date=2026-01-31',
    ])
      expect((await call(`GET /statistics/timeseries?granularity=day&${query}`)).status).toBe(200);
    const { data_points } = await get(
      '/statistics/timeseries?granularity=day&start_date=2025-03-01&end_date=2025-03-03',
    );
    expect(data_points.map(({ timestamp }: { timestamp: string }) => timestamp.slice(0, 10))).toEqual([
      '2025-03-01',
      '2025-03-02',
    ]);
  });

  it('a quiet hour is there, with zeros', async () => {
    const { data_points } = await get('/statistics/timeseries?time_range=24h&granularity=hour');
    const hours = data_points.map(({ timestamp }: { timestamp: string }) => Date.parse(timestamp));
    for (let i = 1; i < hours.length; i++) expect(hours[i] - hours[i - 1]).toBe(3_600_000);
    expect(hours.length).toBeGreaterThanOrEqual(24);
    expect(data_points.some(({ event_count: count }: { event_count: number }) => count === 0)).toBe(true);
  });

  it('an endpoint without deliveries has statistics, and an application without any averages of 0', async () => {
    expect(await get(`/endpoints/${moreIds.idleEndpoint}/statistics`)).toMatchObject({
      deliveries_total: 0,
      success_rate: 0,
    });
    expect(await get(`/applications/${moreIds.emptyApp}/statistics`)).toMatchObject({
      events_total: 0,
      avg_delivery_time_ms: 0,
    });
  });

  it('a pending event is in the list', async () => {
    const { events } = await get('/events');
    expect(events.find(({ id }: { id: string }) => id === ids.pending)).toMatchObject({ status: 'pending' });
  });

  it('an event without deliveries is nobody’s', async () => {
    for (const token of [world.alice, world.bob, world.admin])
      expect((await call(`GET /events/${ids.untried}`, undefined, token)).status).toBe(404);
  });

  it('metrics carry no ids', async () => {
    const { text } = await world.app.get('/metrics');
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  });
});

describe('applications and endpoints', () => {
  it('have keys and secrets of the contract’s forms, and new ones when asked', async () => {
    const { body: first } = await call('POST /applications', newApplication);
    expect(first.api_key).toMatch(/^ethk_[A-Za-z0-9]{32}$/);
    expect(first.webhook_secret).toMatch(/^[A-Za-z0-9]{64}$/);
    const { body: second } = await call(`POST /applications/${first.id}/regenerate-key`);
    expect(second).toEqual({
      ...first,
      api_key: expect.stringMatching(/^ethk_/),
      updated_at: second.updated_at,
    });
    expect(second.api_key).not.toBe(first.api_key);
    const { body: made } = await call('POST /endpoints', { ...newEndpoint, application_id: first.id });
    expect(made.hmac_secret).toMatch(/^[A-Za-z0-9]{64}$/);
    const { body: renewed } = await call(`POST /endpoints/${made.id}/regenerate-secret`);
    expect(renewed.hmac_secret).not.toBe(made.hmac_secret);
    expect(made).toMatchObject({
      ...newEndpoint,
      application_id: first.id,
      description: null,
      is_active: true,
    });
  });

  it('are listed newest first, with their number', async () => {
    const created: string[] = [];
    for (const name of ['first', 'second', 'third'])
      created.unshift((await call('POST /applications', { name })).body.id as string);
    const { body } = await call('GET /applications');
    expect(body.applications.slice(0, 3).map(({ id }: { id: string }) => id)).toEqual(created);
    expect(body.total).toBe(body.applications.length);
  });

  it('change only where they are told to, whatever else is sent', async () => {
    const { body: made } = await call('POST /endpoints', { ...newEndpoint, description: 'kept' });
    const sent = {
      name: 'renamed',
      id: ids.bobMain,
      application_id: ids.bobApp,
      user_id: ids.bob,
      hmac_secret: 'x',
      created_at: '2000-01-01T00:00:00Z',
      deleted_at: '2000-01-01T00:00:00Z',
      health_status: 'broken',
    };
    const { body: changed } = await call(`PUT /endpoints/${made.id}`, sent);
    expect(changed).toEqual({ ...made, name: 'renamed', updated_at: changed.updated_at });
    const { body: cleared } = await call(`PUT /endpoints/${made.id}`, { description: null });
    expect(cleared.description).toBeNull();
    const { body: profile } = await call('PUT /users/me', {
      name: 'Still Alice',
      is_admin: true,
      email: 'x@example.com',
    });
    expect(profile).toMatchObject({ name: 'Still Alice', is_admin: false, email: 'alice@example.com' });
  });

  it.each([
    ['application', 'applications', () => newApplication, 'max_applications'],
    ['endpoint', 'endpoints', () => newEndpoint, 'max_endpoints_per_application'],
  ])('of a tier are as many as it allows, however many ask at once: %s', async (kind, path, body, column) => {
    const { body: list } = await call(
      kind === 'endpoint' ? `GET /applications/${ids.aliceApp}/endpoints` : `GET /${path}`,
    );
    await world.database.query(`UPDATE subscription_limits SET ${column} = $1 WHERE tier = 'enterprise'`, [
      list.total + 1,
    ]);
    try {
      const answers = await Promise.all(Array.from({ length: 8 }, () => call(`POST /${path}`, body())));
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([201, ...Array<number>(7).fill(403)]);
      const refused = answers.find(({ status }) => status === 403);
      expect(refused?.body).toMatchObject({
        code: `${kind}_limit_reached`,
        error: expect.stringContaining(`The enterprise tier allows ${list.total + 1} ${kind}`),
      });
    } finally {
      await world.database.query(`UPDATE subscription_limits SET ${column} = -1 WHERE tier = 'enterprise'`);
    }
  });

  it('leave an entry for each change, without secrets, that only their owner reads', async () => {
    const { body: made } = await call('POST /endpoints', newEndpoint);
    await call(`PUT /endpoints/${made.id}`, { name: 'audited', chain_ids: [137] });
    await call(`PUT /endpoints/${made.id}`, { name: 'audited' }); // changes nothing
    const { body: renewed } = await call(`POST /endpoints/${made.id}/regenerate-secret`);
    await call(`DELETE /endpoints/${made.id}`);
    const { body, text } = await call(`GET /audit-logs?resource_id=${made.id}`);
    expect(body.audit_logs.map(({ action }: { action: string }) => action)).toEqual([
      'endpoint.deleted',
      'endpoint.secret_regenerated',
      'endpoint.updated',
      'endpoint.created',
    ]);
    expect(body.audit_logs[2]).toMatchObject({
      resource_type: 'endpoint',
      before: { name: 'New', chain_ids: [1, 10] },
      after: { name: 'audited', chain_ids: [137] },
      ip_address: '127.0.0.1',
    });
    for (const secret of [made.hmac_secret, renewed.hmac_secret]) expect(text).not.toContain(secret);
    const bobs = await call('GET /audit-logs', undefined, world.bob);
    expect(bobs.text).not.toContain(made.id);
  });

  it('are paged in the audit log, both ways, each entry once', async () => {
    const all = (await call('GET /audit-logs?limit=100')).body.audit_logs.map(
      ({ id }: { id: string }) => id,
    ) as string[];
    expect(all.length).toBeGreaterThan(20);
    const pages: string[][] = [];
    let page = await call('GET /audit-logs?limit=7');
    for (;;) {
      pages.push(page.body.audit_logs.map(({ id }: { id: string }) => id));
      if (page.body.next_cursor === null || pages.flat().length >= all.length) break;
      page = await call(`GET /audit-logs?limit=7&cursor=${page.body.next_cursor}`);
    }
    expect(pages.flat().slice(0, all.length)).toEqual(all);
    const back = await call(`GET /audit-logs?limit=7&cursor=${page.body.prev_cursor}`);
    expect(back.body.audit_logs.map(({ id }: { id: string }) => id)).toEqual(pages.at(-2));
  });
});
