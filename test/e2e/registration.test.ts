import { hashSync } from 'bcrypt';
import { auditRows } from '../support/audit-rows.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;
const TAKEN = 'An account with this email already exists. Please use a different email or try logging in.';

let database: TestDatabase;
let app: TestApp;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  app = await startTestApp(database.url);
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

const register = (body: object, to = app) => to.post('/auth/register', body, { 'user-agent': 'a browser' });
const carol = { email: 'carol@example.com', password: 'eight ch', name: '  Carol  ' };

describe('POST /auth/register', () => {
  it('opens an account of the free tier, whose token works, and says so in the audit log', async () => {
    const answer = await register({
      ...carol,
      id: ids.alice,
      is_admin: true,
      subscription_tier: 'enterprise',
      email_verified: true,
      created_at: '2020-01-01T00:00:00Z',
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      user: {
        id: expect.stringMatching(UUID),
        email: 'carol@example.com',
        name: 'Carol',
        is_admin: false,
        created_at: expect.stringMatching(RFC_3339),
      },
      token: expect.any(String),
    });
    const { user, token } = answer.body;
    expect(user.id).not.toBe(ids.alice);
    expect((await app.get('/users/me', token)).body).toEqual(user);
    const [row] = await database.query(
      `SELECT is_admin, subscription_tier, email_verified, password_hash, created_at > now() - interval '1 minute' AS "isNew"
         FROM users WHERE id = $1`,
      [user.id],
    );
    expect(row).toEqual({
      is_admin: false,
      subscription_tier: 'free',
      email_verified: false,
      password_hash: expect.stringMatching(/^\$2b\$12\$.{53}$/),
      isNew: true,
    });
    expect(await app.login('carol@example.com', 'eight ch')).toEqual(expect.any(String));
    expect(await auditRows(database)).toEqual([
      {
        user_id: user.id,
        action: 'user.registered',
        resource_type: 'user',
        resource_id: user.id,
        metadata: { after: { email: 'carol@example.com', name: 'Carol' } },
        ip_address: '127.0.0.1',
        user_agent: 'a browser',
      },
    ]);
  });

  it('refuses an address that is taken, in the old words, and writes nothing', async () => {
    const entries = (await auditRows(database)).length;
    const answer = await register({ ...carol, email: 'alice@example.com' });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: TAKEN, code: 'email_taken', field: 'email' });
    expect(await auditRows(database)).toHaveLength(entries);
    expect((await app.post('/auth/login', { email: 'alice@example.com', password })).status).toBe(200);
  });

  it('hashes for a taken address too', async () => {
    const startedAt = performance.now();
    await register({ ...carol, email: 'alice@example.com' });
    const takenMs = performance.now() - startedAt;
    const before = performance.now();
    hashSync('eight ch', 12);
    expect(takenMs).toBeGreaterThan((performance.now() - before) / 3);
  });

  it('compares addresses exactly, as the old API did', async () => {
    expect((await register({ ...carol, email: 'CAROL@example.com' })).status).toBe(200);
    expect((await app.post('/auth/login', { email: 'Carol@example.com', password: 'eight ch' })).status).toBe(
      401,
    );
  });

  it('lets one of five at once have the address', async () => {
    const five = Array.from({ length: 5 }, () => register({ ...carol, email: 'dave@example.com' }));
    const answers = await Promise.all(five);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400]);
    for (const { status, body } of answers) if (status === 400) expect(body.error).toBe(TAKEN);
    const [found] = await database.query(
      "SELECT count(*)::int AS users, (SELECT count(*)::int FROM audit_logs l JOIN users u ON u.id = l.user_id WHERE u.email = 'dave@example.com') AS entries FROM users WHERE email = 'dave@example.com'",
    );
    expect(found).toEqual({ users: 1, entries: 1 });
  });

  const email = 'must be an e-mail address';
  it.each<[string, object, string, string]>([
    ['no e-mail', { ...carol, email: undefined }, 'email', 'must be a string'],
    ['an e-mail that is none', { ...carol, email: 'carol' }, 'email', email],
    ['an e-mail with a blank', { ...carol, email: 'carol @example.com' }, 'email', email],
    ['an e-mail with a NUL', { ...carol, email: 'carol\0@example.com' }, 'email', email],
    ['an e-mail with a line', { ...carol, email: 'x@example.com\nbcc: y@example.com' }, 'email', email],
    [
      'an e-mail of 256',
      { ...carol, email: `${'x'.repeat(244)}@example.com` },
      'email',
      'must have at most 255 characters',
    ],
    ['a short password', { ...carol, password: '7 chars' }, 'password', 'must have at least 8 characters'],
    [
      'a password that bcrypt would cut',
      { ...carol, password: 'ü'.repeat(37) },
      'password',
      'must have at most 72 bytes in UTF-8',
    ],
    [
      'a password with a NUL',
      { ...carol, password: 'eight\0 characters' },
      'password',
      'must not contain a NUL character',
    ],
    ['no name', { ...carol, name: undefined }, 'name', 'must be a string'],
    ['an empty name', { ...carol, name: '' }, 'name', 'must not be empty'],
    ['a name of blanks', { ...carol, name: ' \t ' }, 'name', 'must not be empty'],
    ['a long name', { ...carol, name: 'x'.repeat(101) }, 'name', 'must have at most 100 characters'],
    ['a name with a NUL', { ...carol, name: 'a\0b' }, 'name', 'must not contain a NUL character'],
  ])('refuses %s', async (_, body, field, message) => {
    const answer = await register(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      error: `Validation error: ${field}: ${message}`,
      code: 'validation_error',
      field,
    });
  });

  it('takes a password of 72 bytes whole', async () => {
    const long = 'ü'.repeat(36);
    expect((await register({ ...carol, email: 'long@example.com', password: long })).status).toBe(200);
    const shorter = await app.post('/auth/login', { email: 'long@example.com', password: 'ü'.repeat(35) });
    expect(shorter.status).toBe(401);
    expect((await app.post('/auth/login', { email: 'long@example.com', password: long })).status).toBe(200);
  });

  it('takes so many of an address in a while, whether they succeed or not', async () => {
    const limited = await startTestApp(database.url, { LOGIN_MAX_FAILURES: '2' });
    try {
      expect((await register({ ...carol, email: 'alice@example.com' }, limited)).status).toBe(400);
      expect((await register({ ...carol, email: 'erin@example.com' }, limited)).status).toBe(200);
      const third = await register({ ...carol, email: 'frank@example.com' }, limited);
      expect(third.status).toBe(429);
      expect(third.body).toMatchObject({
        error: 'Too many registrations. Please try again later.',
        code: 'too_many_registrations',
      });
      expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
      // It is a limit of its own.
      expect((await limited.post('/auth/login', { email: 'bob@example.com', password })).status).toBe(200);
    } finally {
      await limited.close();
    }
  });
});

describe('POST /auth/login', () => {
  it.each(['$2a$', '$2b$', '$2y$'])('takes hashes that begin with %s, and leaves them', async (prefix) => {
    const hash = hashSync(password, 4).replace('$2b$', prefix);
    const mail = `old${prefix.slice(1, 3)}@example.com`;
    await database.query('INSERT INTO users (email, password_hash) VALUES ($1, $2)', [mail, hash]);
    expect((await app.post('/auth/login', { email: mail, password: `${password}.` })).status).toBe(401);
    expect((await app.post('/auth/login', { email: mail, password })).status).toBe(200);
    const [user] = await database.query(
      'SELECT password_hash, last_login_at IS NOT NULL AS seen FROM users WHERE email = $1',
      [mail],
    );
    expect(user).toEqual({ password_hash: hash, seen: true });
  });

  it('is in the audit log when it succeeds', async () => {
    const logins = () =>
      database.query(
        "SELECT user_id, resource_type, resource_id, metadata, ip_address FROM audit_logs WHERE action = 'user.logged_in' AND user_id = $1",
        [ids.admin],
      );
    await app.post('/auth/login', { email: 'admin@example.com', password: 'wrong' });
    expect(await logins()).toEqual([]);
    await app.login('admin@example.com', password);
    const login = { user_id: ids.admin, resource_type: 'user', resource_id: ids.admin, metadata: {} };
    expect(await logins()).toEqual([{ ...login, ip_address: '127.0.0.1' }]);
  });

  it('does not stumble over what a proxy says is the address', async () => {
    const proxied = await startTestApp(database.url, { TRUST_PROXY_HOPS: '1' });
    try {
      const login = (forwarded: string) =>
        proxied.post('/auth/login', { email: 'bob@example.com', password }, { 'x-forwarded-for': forwarded });
      for (const forwarded of ['unknown', '198.51.100.7', 'fe80::7%eth0', '10.0.0.1:4711'])
        expect((await login(forwarded)).status).toBe(200);
      const rows = await database.query<{ ip: string | null }>(
        "SELECT ip_address AS ip FROM audit_logs WHERE action = 'user.logged_in' AND user_id = $1 ORDER BY created_at DESC LIMIT 4",
        [ids.bob],
      );
      expect(rows.map(({ ip }) => ip)).toEqual([null, 'fe80::7', '198.51.100.7', null]);
    } finally {
      await proxied.close();
    }
  });
});

describe('/users/me', () => {
  it('is the same as /users/profile, its name never null', async () => {
    for (const [mail, id, name, isAdmin] of [
      ['alice@example.com', ids.alice, 'Alice', false],
      ['bob@example.com', ids.bob, 'Bob the Full', false],
      ['admin@example.com', ids.admin, '', true],
    ] as const) {
      const token = await app.login(mail, password);
      const me = await app.get('/users/me', token);
      expect(me.status).toBe(200);
      expect(me.body).toEqual({
        id,
        email: mail,
        name,
        is_admin: isAdmin,
        created_at: expect.stringMatching(RFC_3339),
      });
      expect((await app.get('/users/profile', token)).body).toEqual(me.body);
    }
  });

  it('changes the name and nothing else, with an entry of what it was', async () => {
    const token = await app.login('bob@example.com', password);
    const before = (await app.get('/users/me', token)).body;
    const answer = await app.call('PUT', '/users/me', token, {
      name: ' Bobby ',
      id: ids.alice,
      user_id: ids.alice,
      email: 'evil@example.com',
      is_admin: true,
      subscription_tier: 'enterprise',
      password_hash: 'x',
      created_at: '2020-01-01T00:00:00Z',
    });
    expect([answer.status, answer.body]).toEqual([200, { ...before, name: 'Bobby' }]);
    const [row] = await database.query(
      'SELECT name, full_name, subscription_tier, updated_at > created_at AS updated FROM users WHERE id = $1',
      [ids.bob],
    );
    expect(row).toEqual({
      name: 'Bobby',
      full_name: 'Bob the Full',
      subscription_tier: 'free',
      updated: true,
    });
    expect((await app.get('/users/me', await app.login('alice@example.com', password))).body.name).toBe(
      'Alice',
    );
    const entries = await auditRows(database);
    expect(entries.at(-1)).toMatchObject({
      user_id: ids.bob,
      action: 'user.updated',
      resource_type: 'user',
      resource_id: ids.bob,
      metadata: { before: { name: 'Bob the Full' }, after: { name: 'Bobby' } },
    });
    expect((await app.call('PUT', '/users/me', token, { name: 'Bobby' })).status).toBe(200);
    expect(await auditRows(database)).toHaveLength(entries.length);
  });

  it.each([
    ['', 'Name cannot be empty'],
    [' \n ', 'Name cannot be empty'],
    [undefined, 'Validation error: name: must be a string'],
    [null, 'Validation error: name: must be a string'],
    ['x'.repeat(101), 'Validation error: name: must have at most 100 characters'],
    ['a\0b', 'Validation error: name: must not contain a NUL character'],
  ])('refuses the name %j', async (name, error) => {
    const token = await app.login('alice@example.com', password);
    const answer = await app.call('PUT', '/users/me', token, { name });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error, code: 'validation_error', field: 'name' });
  });
});
