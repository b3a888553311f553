import { createHmac } from 'node:crypto';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { JWT_SECRET, startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let app: TestApp;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  app = await startTestApp(database.url, { LOGIN_MAX_FAILURES: '3' });
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);

/** A token made by hand, as the old API's library makes it. */
function token(claims: object, { secret = JWT_SECRET, alg = 'HS256', hash = 'sha256' } = {}): string {
  const signed = `${encode({ typ: 'JWT', alg })}.${encode(claims)}`;
  return `${signed}.${alg === 'none' ? '' : createHmac(hash, secret).update(signed).digest('base64url')}`;
}

const claims = () => ({
  sub: ids.alice,
  email: 'alice@example.com',
  is_admin: false,
  exp: now() + 3600,
  iat: now(),
});

const protectedRoutes = [
  '/users/me',
  '/statistics/dashboard',
  '/statistics/timeseries',
  '/events',
  `/events/${ids.shared}`,
];

describe('tokens', () => {
  it('of the old API with the same secret are valid, and ours have its claims', async () => {
    expect((await app.get('/users/me', token(claims()))).status).toBe(200);
    const ours = await app.login('alice@example.com', password);
    const [header = '', payload = ''] = ours.split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ typ: 'JWT', alg: 'HS256' });
    const decoded = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    expect(decoded).toEqual({ ...claims(), exp: expect.any(Number), iat: expect.any(Number) });
    expect(Number(decoded['exp']) - Number(decoded['iat'])).toBe(24 * 3600);
  });

  it.each(protectedRoutes)('%s needs one', async (path) => {
    const answer = await app.get(path);
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ error: 'Missing authorization token', code: 'missing_token' });
  });

  const forged: [string, () => string][] = [
    ['nonsense', () => 'nonsense'],
    ['signed with another secret', () => token(claims(), { secret: 'another' })],
    ['alg none', () => token(claims(), { alg: 'none' })],
    ['HS512', () => token(claims(), { alg: 'HS512', hash: 'sha512' })],
    ['expired', () => token({ ...claims(), exp: now() - 1 })],
    ['without exp', () => token({ ...claims(), exp: undefined })],
    ['without is_admin', () => token({ ...claims(), is_admin: undefined })],
    ['with a sub that is no UUID', () => token({ ...claims(), sub: "' OR true --" })],
    ['not yet valid', () => token({ ...claims(), nbf: now() + 600 })],
  ];
  it.each(forged)('%s: 401 on every route', async (_, make) => {
    for (const path of protectedRoutes) {
      const answer = await app.get(path, make());
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({ error: 'Invalid or expired token', code: 'invalid_token' });
    }
  });

  it('of another scheme are refused, the scheme in any case accepted', async () => {
    const valid = token(claims());
    expect((await app.get('/events', undefined, { authorization: `Basic ${valid}` })).status).toBe(401);
    expect((await app.get('/events', undefined, { authorization: `bearer ${valid}` })).status).toBe(200);
  });

  it('of a deleted user do not open /users/me', async () => {
    const gone = token({ ...claims(), sub: '00000000-0000-4000-8000-0000000000ff' });
    expect((await app.get('/users/me', gone)).status).toBe(401);
  });
});

describe('routes for administrators', () => {
  const path = '/statistics/alchemy-usage';

  it('are 403 for a tenant, whatever the database says, and open to an administrator', async () => {
    const tenant = await app.get(path, token(claims()));
    expect([tenant.status, tenant.body.code]).toEqual([403, 'admin_only']);
    const admin = await app.get(path, await app.login('admin@example.com', password));
    expect([admin.status, admin.body.code]).toEqual([404, 'usage_not_collected']);
    expect((await app.get(path)).status).toBe(401);
  });
});

describe('brute force', () => {
  const attempt = (email: string, guess: string) => app.post('/auth/login', { email, password: guess });

  it('stops guesses at an account, even parallel ones, says when to come back, and leaves others alone', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => attempt('bob@example.com', `guess ${index}`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([401, 401, 401, 429, 429, 429, 429, 429]);
    const right = await attempt('BOB@example.com', password);
    expect(right.status).toBe(429);
    expect(right.body).toMatchObject({ code: 'too_many_logins' });
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await attempt('alice@example.com', password)).status).toBe(200);
  });

  it('forgets the failures of an account after a right password', async () => {
    for (let round = 0; round < 3; round++) {
      expect((await attempt('alice@example.com', 'wrong')).status).toBe(401);
      expect((await attempt('alice@example.com', 'wrong')).status).toBe(401);
      expect((await attempt('alice@example.com', password)).status).toBe(200);
    }
  });

  it('limits an address over all accounts', async () => {
    const answers = [];
    for (let index = 0; index < 40; index++) answers.push(await attempt(`nobody${index}@example.com`, 'x'));
    expect(answers.some(({ status }) => status === 429)).toBe(true);
  }, 60_000);
});
