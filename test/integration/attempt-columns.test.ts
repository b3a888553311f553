import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

// A database of its own for each test, on a server that other suites load.
jest.setTimeout(30_000);

let db: TestDatabase;
const clients: pg.Client[] = [];
const unknownId = '00000000-0000-4000-8000-000000000000';

async function session(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: db.url });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

async function one(text: string, values: unknown[] = []): Promise<string> {
  const [row] = await db.query<Record<string, string>>(text, values);
  return Object.values(row ?? {})[0] as string;
}

const addUser = (email: string) =>
  one("INSERT INTO users (email, password_hash) VALUES ($1, 'x') RETURNING id", [email]);
const addApplication = (userId: string) =>
  one("INSERT INTO applications (user_id, name, webhook_secret) VALUES ($1, 'A', 's') RETURNING id", [
    userId,
  ]);
const addEndpoint = (applicationId: string) =>
  one(
    `INSERT INTO endpoints (application_id, name, webhook_url, hmac_secret) VALUES ($1, 'E', 'https://e', 's') RETURNING id`,
    [applicationId],
  );
let nextEvent = 0;
const addEvent = (ingestedAt: string | null = '2026-01-02T03:04:05.123456Z') =>
  one(
    `INSERT INTO events (block_number, block_hash, transaction_hash, log_index, contract_address, topics, data, ingested_at)
     VALUES (1, '0xb', $1, 0, '0xc', '{}', '0x', $2) RETURNING id`,
    [`0x${nextEvent++}`, ingestedAt],
  );
const insertAttempt =
  'INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number) VALUES ($1, $2, 1) RETURNING id';
const addAttempt = (eventId: string, endpointId: string) => one(insertAttempt, [eventId, endpointId]);

/** Attempts whose own columns say something else than the joins do. */
const drift = () =>
  db.query(
    `SELECT a.id FROM delivery_attempts a
       LEFT JOIN endpoints p ON p.id = a.endpoint_id
       LEFT JOIN applications o ON o.id = p.application_id
       LEFT JOIN events e ON e.id = a.event_id
      WHERE a.user_id IS DISTINCT FROM o.user_id OR p.user_id IS DISTINCT FROM o.user_id
         OR a.event_ingested_at IS DISTINCT FROM coalesce(e.ingested_at, '-infinity')`,
  );
const owners = async () =>
  (await db.query<{ user_id: string }>('SELECT DISTINCT user_id FROM delivery_attempts')).map(
    ({ user_id }) => user_id,
  );

let first: string;
let second: string;
let application: string;
let endpoint: string;
let event: string;

beforeEach(async () => {
  db = await createTestDatabase();
  [first, second] = [await addUser('one@example.com'), await addUser('two@example.com')];
  application = await addApplication(first);
  endpoint = await addEndpoint(application);
  event = await addEvent();
  await addAttempt(event, endpoint);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
  await db.drop();
});

describe('what a writer does not know is filled in', () => {
  it('to the microsecond', async () => {
    expect(
      await db.query('SELECT a.user_id, a.event_ingested_at::text AS at FROM delivery_attempts a'),
    ).toEqual([{ user_id: first, at: expect.stringContaining('03:04:05.123456') }]);
    expect(await drift()).toEqual([]);
  });

  it('and derived also where a writer claims something else', async () => {
    await db.query(
      `INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number, user_id, event_ingested_at)
       VALUES ($1, $2, 2, $3, now())`,
      [event, endpoint, second],
    );
    expect(await drift()).toEqual([]);
  });

  it('an event without a time is older than every window', async () => {
    await addAttempt(await addEvent(null), endpoint);
    expect(await drift()).toEqual([]);
    expect(
      await one(`SELECT count(*)::int FROM delivery_attempts WHERE event_ingested_at = '-infinity'`),
    ).toBe(1);
  });

  it('by a role that may do nothing but insert', async () => {
    const role = `writer_${process.pid}`;
    await db.query(`CREATE ROLE ${role}`);
    try {
      await db.query(`GRANT INSERT ON delivery_attempts, endpoints TO ${role}`);
      const writer = await session();
      await writer.query(`SET ROLE ${role}`);
      await writer.query(
        'INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number) VALUES ($1, $2, 2)',
        [event, endpoint],
      );
      await writer.query(
        `INSERT INTO endpoints (application_id, name, webhook_url, hmac_secret) VALUES ($1, 'E', 'https://e', 's')`,
        [application],
      );
      expect(await drift()).toEqual([]);
    } finally {
      await db.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });
});

it("runs nothing of the writer's own, whatever its search_path", async () => {
  const writer = await session();
  await writer.query(`
    CREATE SCHEMA trap;
    CREATE FUNCTION trap.sprung() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
    CREATE FUNCTION trap.equal(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT trap.sprung()';
    CREATE FUNCTION trap.equal(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT trap.sprung()';
    CREATE FUNCTION trap.pg_current_xact_id() RETURNS xid8 LANGUAGE sql AS $$ SELECT trap.sprung(); SELECT '7'::xid8 $$;
    CREATE FUNCTION trap.format(text, VARIADIC "any") RETURNS text LANGUAGE internal AS 'text_format';
    CREATE OPERATOR trap.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = trap.equal);
    CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.equal);
    SET search_path = trap, pg_catalog`);
  const insert = insertAttempt.replace('INTO ', 'INTO public.');
  await writer.query(insert, [event, endpoint]);
  await expect(writer.query(insert, [unknownId, endpoint])).rejects.toMatchObject({ code: '23503' });
  await expect(writer.query(`SELECT 'a'::text = 'a'::text`)).rejects.toThrow('trapped');
  expect(await drift()).toEqual([]);
});

describe('what was refused is refused with the same error', () => {
  const refusal = (text: string, values: unknown[]) =>
    db.query(text, values).then(
      () => null,
      (error: pg.DatabaseError) => ({
        code: error.code,
        constraint: error.constraint,
        table: error.table,
        detail: error.detail,
      }),
    );

  it('an attempt of an endpoint that does not exist', async () => {
    expect(await refusal(insertAttempt, [event, unknownId])).toEqual({
      code: '23503',
      constraint: 'delivery_attempts_endpoint_id_fkey',
      table: 'delivery_attempts',
      detail: `Key (endpoint_id)=(${unknownId}) is not present in table "endpoints".`,
    });
  });

  it('of an event that does not exist', async () => {
    expect(await refusal(insertAttempt, [unknownId, endpoint])).toEqual({
      code: '23503',
      constraint: 'delivery_attempts_event_id_fkey',
      table: 'delivery_attempts',
      detail: `Key (event_id)=(${unknownId}) is not present in table "events".`,
    });
  });

  it('of none', async () => {
    expect(await refusal(insertAttempt, [event, null])).toMatchObject({ code: '23502' });
  });

  it('an endpoint of an application that does not exist', async () => {
    expect(
      await refusal(
        `INSERT INTO endpoints (application_id, name, webhook_url, hmac_secret) VALUES ($1, 'E', 'https://e', 's')`,
        [unknownId],
      ),
    ).toMatchObject({ code: '23503', constraint: 'endpoints_application_id_fkey' });
  });

  it('a second row of the same id', async () => {
    const id = await addAttempt(await addEvent(), endpoint);
    expect(
      await refusal(
        'INSERT INTO delivery_attempts (id, event_id, endpoint_id, attempt_number) VALUES ($1, $2, $3, 1)',
        [id, event, endpoint],
      ),
    ).toMatchObject({ code: '23505' });
  });
});

describe('the truth moves', () => {
  it('when an application changes hands', async () => {
    await db.query('UPDATE applications SET user_id = $1 WHERE id = $2', [second, application]);
    expect(await owners()).toEqual([second]);
    expect(await drift()).toEqual([]);
  });

  it("when an endpoint moves to another user's application", async () => {
    const target = await addApplication(second);
    await db.query('UPDATE endpoints SET application_id = $1 WHERE id = $2', [target, endpoint]);
    expect(await owners()).toEqual([second]);
    expect(await drift()).toEqual([]);
  });

  it('when an attempt is moved to another endpoint, or event', async () => {
    const other = await addEndpoint(await addApplication(second));
    await db.query('UPDATE delivery_attempts SET endpoint_id = $1', [other]);
    expect(await owners()).toEqual([second]);
    await db.query('UPDATE delivery_attempts SET event_id = $1', [await addEvent('2025-01-01T00:00:00Z')]);
    expect(await drift()).toEqual([]);
  });

  it("when an event's time is changed", async () => {
    await db.query(`UPDATE events SET ingested_at = '2024-05-05T00:00:00.000001Z'`);
    expect(await drift()).toEqual([]);
    await db.query('UPDATE events SET ingested_at = NULL');
    expect(await drift()).toEqual([]);
  });

  it('and goes with its owner', async () => {
    await db.query('DELETE FROM users WHERE id = $1', [first]);
    expect(await db.query('SELECT id FROM delivery_attempts')).toEqual([]);
  });

  it('cannot be tampered with', async () => {
    await expect(db.query('UPDATE delivery_attempts SET user_id = $1', [second])).rejects.toMatchObject({
      code: '23503',
    });
    await expect(db.query('UPDATE endpoints SET user_id = $1', [second])).rejects.toMatchObject({
      code: '23503',
    });
  });
});

/** Begins `late` while `early` is open: it has to wait, or must not see what is not committed; then commits both. */
async function crossed(early: [string, unknown[]], late: [string, unknown[]]): Promise<void> {
  const [a, b] = [await session(), await session()];
  await a.query('BEGIN');
  await a.query(...early);
  const waiting = b.query(...late);
  await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 300))]);
  await a.query('COMMIT');
  await waiting;
}

describe('two sessions at once leave no row behind', () => {
  const insert = (): [string, unknown[]] => [insertAttempt, [event, endpoint]];
  const giveAway = (): [string, unknown[]] => [
    'UPDATE applications SET user_id = $1 WHERE id = $2',
    [second, application],
  ];
  const retime = (): [string, unknown[]] => [
    `UPDATE events SET ingested_at = '2024-01-01T00:00:00Z' WHERE id = $1`,
    [event],
  ];

  it.each([
    ['an insert, then a change of owner', () => [insert(), giveAway()]],
    ['a change of owner, then an insert', () => [giveAway(), insert()]],
    ["an insert, then a change of the event's time", () => [insert(), retime()]],
    ["a change of the event's time, then an insert", () => [retime(), insert()]],
  ])('%s', async (_, statements) => {
    const [early, late] = statements();
    await crossed(early as [string, unknown[]], late as [string, unknown[]]);
    expect(await one('SELECT count(*)::int FROM delivery_attempts')).toBe(2);
    expect(await drift()).toEqual([]);
  });
});
