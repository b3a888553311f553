import { errorBodySchema } from '../../src/kernel/http/error-body.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type Answer, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let app: TestApp;
let token: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  app = await startTestApp(database.url, { BODY_LIMIT_BYTES: '2048' });
  token = await app.login('alice@example.com', password);
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

function expectError(answer: Answer, status: number, code: string, field?: string): void {
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status, body: { code } });
  expect(errorBodySchema.strict().safeParse(answer.body).error).toBeUndefined();
  expect(answer.body.field).toBe(field);
  expect(answer.body.request_id).toBe(answer.headers.get('x-request-id'));
  expect(answer.text).not.toMatch(/SELECT|at .*\.js|node_modules|password_hash/);
}

describe('parameters', () => {
  it.each([
    ['/events?limit=0', 'limit', 'must be a whole number from 1 to 100'],
    ['/events?limit=101', 'limit', 'must be a whole number from 1 to 100'],
    ['/events?limit=abc', 'limit', 'must be a whole number from 1 to 100'],
    ['/events?limit=1.5', 'limit', 'must be a whole number from 1 to 100'],
    ['/events?limit=', 'limit', 'must be a whole number from 1 to 100'],
    ['/events?limit=1&limit=2', 'limit', 'must be a whole number from 1 to 100'],
    ['/events?limit=99999999999999999999', 'limit', 'must be a whole number from 1 to 100'],
    ['/events?offset=-1', 'offset', 'must be a whole number from 0 to 1000000000'],
    ['/events?endpoint_id=1', 'endpoint_id', 'must be a UUID'],
    ['/events?limt=5', 'limt', 'is not a parameter of this route'],
    ['/events?__proto__[x]=1', '__proto__[x]', 'is not a parameter of this route'],
    ["/events/1'--", 'id', 'must be a UUID'],
    ['/events/%00', 'id', 'must be a UUID'],
    ['/statistics/timeseries?time_range=1y', 'time_range', 'must be one of 24h, 7d, 30d, 90d'],
    ['/statistics/timeseries?granularity=week', 'granularity', 'must be one of hour, day, 5m, auto'],
    ['/statistics/timeseries?success=maybe', 'success', 'must be true or false'],
    ['/statistics/timeseries?chain_ids=1,two', 'chain_ids', 'must be 1 to 50 chain ids, separated by commas'],
    ['/statistics/timeseries?chain_ids=2147483648', 'chain_ids', 'each must be at most 2147483647'],
    ['/statistics/timeseries?start_date=2026-02-30', 'start_date', /^must be an RFC 3339 time/],
    [
      '/statistics/timeseries?start_date=2026-01-02&end_date=2026-01-01',
      'end_date',
      'must be after start_date',
    ],
    [
      '/statistics/timeseries?start_date=1971-01-01',
      'granularity',
      /^the window has \d+ points, at most 8808/,
    ],
  ])('%s', async (path, field, message) => {
    const answer = await app.get(path, token);
    expectError(answer, 400, 'validation_error', field);
    const prefix = `Validation error: ${field}: `;
    expect(answer.body.error.startsWith(prefix)).toBe(true);
    expect(answer.body.error.slice(prefix.length)).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });
});

describe('bodies of POST /auth/login', () => {
  it.each<[string, string, number, string, string | undefined]>([
    ['not JSON', '{', 400, 'invalid_body', undefined],
    ['empty', '', 400, 'validation_error', 'body'],
    ['null', 'null', 400, 'validation_error', 'body'],
    ['an array', '[]', 400, 'validation_error', 'body'],
    ['no password', '{"email":"a@b.c"}', 400, 'validation_error', 'password'],
    ['an empty e-mail', '{"email":"","password":"x"}', 400, 'validation_error', 'email'],
    ['a number', '{"email":1,"password":"x"}', 400, 'validation_error', 'email'],
    [
      'a long password',
      `{"email":"a","password":"${'x'.repeat(1025)}"}`,
      400,
      'validation_error',
      'password',
    ],
    ['a NUL character', '{"email":"a\\u0000b","password":"x"}', 400, 'validation_error', 'email'],
    ['too large', `{"email":"${'x'.repeat(3000)}"}`, 413, 'body_too_large', undefined],
  ])('%s', async (_, body, status, code, field) => {
    expectError(await app.post('/auth/login', body), status, code, field);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])('%s', async (type) => {
    expectError(
      await app.post('/auth/login', 'a=b', { 'content-type': type }),
      415,
      'unsupported_media_type',
    );
  });
});

describe('routes', () => {
  it('unknown ones are 404 in the one form, without the query', async () => {
    const answer = await app.get('/nothing?token=hunter2', token);
    expectError(answer, 404, 'route_not_found');
    expect(answer.text).not.toContain('hunter2');
  });

  it('a known path with another method is 404', async () => {
    expectError(await app.post('/events', {}), 404, 'route_not_found');
  });

  it('a URL that cannot be decoded is 400', async () => {
    expectError(await app.get('/events/%E0%A4%A', token), 400, 'invalid_url');
  });

  it('a part of a URL that is longer than any id is 400', async () => {
    expectError(await app.get(`/events/${'a'.repeat(201)}`, token), 400, 'invalid_url');
  });
});

describe('headers', () => {
  it('takes a sane request id and replaces any other', async () => {
    const ask = async (id: string) =>
      (await app.get('/events', token, { 'x-request-id': id })).headers.get('x-request-id');
    expect(await ask('my-id.1')).toBe('my-id.1');
    expect(await ask('bad id {"level":50}')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await ask('x'.repeat(65))).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('sends the protective headers and CORS', async () => {
    const { headers } = await app.get('/events', token, { origin: 'https://ui.example.com' });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('x-powered-by')).toBeNull();
    const preflight = await fetch(`${app.url}/events`, {
      method: 'OPTIONS',
      headers: { origin: 'https://ui.example.com', 'access-control-request-method': 'PUT' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, POST, PUT, DELETE, OPTIONS');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');
  });
});

it('allows only the configured origins', async () => {
  const narrow = await startTestApp(database.url, {
    CORS_ALLOWED_ORIGINS: 'https://ui.example.com, https://other.example.com',
  });
  const allowed = async (origin: string) =>
    (await narrow.get('/health', undefined, { origin })).headers.get('access-control-allow-origin');
  try {
    expect(await allowed('https://ui.example.com')).toBe('https://ui.example.com');
    expect(await allowed('https://other.example.com')).toBe('https://other.example.com');
    expect(await allowed('https://evil.example.com')).toBeNull();
  } finally {
    await narrow.close();
  }
});

it('logs no secret and no query', async () => {
  await app.post('/auth/login', { email: 'alice@example.com', password: 'hunter2-wrong' });
  await app.get('/events?token=hunter3', token);
  const logs = app.logs.join('');
  expect(logs).toContain('/api/v1/auth/login');
  for (const secret of ['hunter2', 'hunter3', token, password]) expect(logs).not.toContain(secret);
  expect(logs).toContain(ids.alice);
});
