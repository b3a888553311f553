import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { compare } from 'bcrypt';
import { AlreadySeededError } from '../../src/demo/demo-loader.js';
import { DemoDataAbortedError, seedDemoData, type DemoDataSummary } from '../../src/demo/seed.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

const options = {
  events: 6000,
  users: 8,
  days: 3,
  seed: 5,
  until: new Date('2026-11-01T12:00:00Z'),
  emailDomain: 'seed5.example.com',
  password: 'a-password',
};

/** EthHook's columns but password_hash: those that the same options must fill alike. */
const columns = {
  users: `id, email, full_name, name, email_verified, subscription_tier, subscription_status, created_at, updated_at,
    last_login_at, is_admin`,
  applications: 'id, user_id, name, description, webhook_secret, api_key, is_active, created_at, updated_at',
  endpoints: `id, application_id, name, webhook_url, description, hmac_secret, chain_ids, contract_addresses,
    event_signatures, rate_limit_per_second, max_retries, timeout_seconds, is_active, health_status,
    last_successful_delivery_at, consecutive_failures, created_at, updated_at`,
  events: `id, block_number, block_hash, transaction_hash, log_index, contract_address, topics, data, ingested_at,
    processed_at`,
  delivery_attempts: `id, event_id, endpoint_id, attempt_number, http_status_code, response_body, error_message,
    attempted_at, completed_at, duration_ms, success, should_retry, next_retry_at`,
};

async function countRows(database: TestDatabase): Promise<Record<string, number>> {
  const counts = Object.keys(columns).map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`);
  const [row] = await database.query<Record<string, number>>(`SELECT ${counts.join(', ')}`);
  return row!;
}

async function digests(database: TestDatabase): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [table, list] of Object.entries(columns)) {
    const [row] = await database.query<{ digest: string }>(
      `SELECT md5(string_agg(md5(ROW(${list})::text), '' ORDER BY t.id)) AS digest FROM ${table} t`,
    );
    found[table] = row!.digest;
  }
  return found;
}

const wrongHealth = `
  SELECT e.id FROM endpoints e
   CROSS JOIN LATERAL (SELECT max(a.completed_at) FILTER (WHERE a.success) AS at
                         FROM delivery_attempts a WHERE a.endpoint_id = e.id) success
   CROSS JOIN LATERAL (SELECT count(*) AS n FROM delivery_attempts a
                        WHERE a.endpoint_id = e.id AND NOT a.success
                          AND a.completed_at > coalesce(success.at, '-infinity')) failures
   WHERE e.last_successful_delivery_at IS DISTINCT FROM success.at OR e.consecutive_failures <> failures.n
      OR e.health_status <> CASE WHEN failures.n >= 10 THEN 'failed'
                                 WHEN failures.n >= 3 THEN 'degraded' ELSE 'healthy' END`;

/** EthHook's own matcher (crates/message-processor/src/matcher.rs) against the endpoints that have attempts. */
const wronglyMatched = `
  WITH matched AS (
    SELECT ev.id, array_agg(ep.id ORDER BY ep.id) AS endpoints
      FROM events ev
      JOIN endpoints ep ON ep.is_active
       AND lower(ev.contract_address) IN (SELECT lower(c) FROM unnest(ep.contract_addresses) c)
       AND ep.event_signatures <@ ev.topics
     GROUP BY ev.id
  ), delivered AS (
    SELECT a.event_id, array_agg(DISTINCT a.endpoint_id ORDER BY a.endpoint_id) AS endpoints, bool_and(e.is_active) AS active
      FROM delivery_attempts a JOIN endpoints e ON e.id = a.endpoint_id
     GROUP BY a.event_id
  )
  SELECT d.event_id FROM delivered d LEFT JOIN matched m ON m.id = d.event_id
   WHERE d.active AND m.endpoints IS DISTINCT FROM d.endpoints`;

describe('seedDemoData', () => {
  let database: TestDatabase;
  let summary: DemoDataSummary;
  const progress: [done: number, total: number, rows: number][] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    summary = await seedDemoData(database.url, options, (...step) => progress.push(step));
  });
  afterAll(() => database.drop());

  it('writes what it says, progress included, and leaves planner statistics', async () => {
    const { users, applications, endpoints, events, attempts } = summary;
    expect(await countRows(database)).toEqual({
      users,
      applications,
      endpoints,
      events,
      delivery_attempts: attempts,
    });
    expect(summary).toMatchObject({ events: options.events, users: options.users });
    expect(progress.at(0)).toEqual([0, options.events, 0]);
    expect(progress.at(-1)).toEqual([options.events, options.events, events + attempts]);
    const analysed = await database.query(
      `SELECT s.relname FROM pg_stat_user_tables s WHERE s.relname = ANY($1::text[]) AND s.last_analyze IS NOT NULL`,
      [Object.keys(columns)],
    );
    expect(analysed).toHaveLength(Object.keys(columns).length);
    const [tenants] = await database.query<{ share: number }>(
      `SELECT (count(*) FILTER (WHERE u.email = $1))::float / count(*) AS share
         FROM delivery_attempts a JOIN endpoints e ON e.id = a.endpoint_id
         JOIN applications p ON p.id = e.application_id JOIN users u ON u.id = p.user_id`,
      [summary.tenantEmail],
    );
    expect(tenants!.share).toBeCloseTo(summary.largestTenantShare, 10);
  });

  it('writes the same rows again into another database', async () => {
    const other = await createTestDatabase();
    try {
      await seedDemoData(other.url, { ...options, password: 'another password' });
      expect(await digests(other)).toEqual(await digests(database));
    } finally {
      await other.drop();
    }
  });

  it('leaves endpoints whose health is that of their attempts', async () => {
    expect(await database.query(wrongHealth)).toEqual([]);
    const [failed] = await database.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM endpoints e WHERE e.health_status <> 'healthy'`,
    );
    expect(failed!.n).toBeGreaterThan(0);
  });

  it('delivers to the endpoints that EthHook would match', async () => {
    expect(await database.query(wronglyMatched)).toEqual([]);
    const inactive = await database.query('SELECT e.id FROM endpoints e WHERE NOT e.is_active');
    expect(inactive.length).toBeGreaterThan(0);
  });

  it('makes rows of the form that EthHook writes', async () => {
    const wrong = await database.query(
      `SELECT ev.id FROM events ev
        WHERE ev.block_hash !~ '^0x[0-9a-f]{64}$' OR ev.transaction_hash !~ '^0x[0-9a-f]{64}$'
           OR ev.contract_address !~ '^0x[0-9a-f]{40}$' OR ev.data !~ '^0x([0-9a-f]{64})*$'
           OR cardinality(ev.topics) NOT BETWEEN 1 AND 4 OR ev.processed_at < ev.ingested_at
           OR EXISTS (SELECT FROM unnest(ev.topics) t WHERE t !~ '^0x[0-9a-f]{64}$')`,
    );
    expect(wrong).toEqual([]);
    const blocks = await database.query(
      'SELECT ev.block_number FROM events ev GROUP BY ev.block_number HAVING count(DISTINCT ev.block_hash) > 1',
    );
    expect(blocks).toEqual([]);
    const [row] = await database.query<{ bytes: number }>(
      'SELECT avg(pg_column_size(ev))::int AS bytes FROM events ev',
    );
    expect(row!.bytes).toBeGreaterThan(500);
    expect(row!.bytes).toBeLessThan(700);
  });

  it('lets every user log in with the password, and the last one administrate', async () => {
    const users = await database.query<{ email: string; password_hash: string; is_admin: boolean }>(
      'SELECT u.email, u.password_hash, u.is_admin FROM users u ORDER BY u.email',
    );
    expect(users.filter((user) => user.is_admin).map((user) => user.email)).toEqual([
      'admin@seed5.example.com',
    ]);
    expect(new Set(users.map((user) => user.password_hash)).size).toBe(1);
    expect(await compare(options.password, users[0]!.password_hash)).toBe(true);
  });

  it('refuses a second run and writes nothing', async () => {
    const before = await countRows(database);
    await expect(seedDemoData(database.url, { ...options, events: 10 })).rejects.toThrow(AlreadySeededError);
    expect(await countRows(database)).toEqual(before);
  });

  it('adds another seed to what is there', async () => {
    const before = await countRows(database);
    await seedDemoData(database.url, {
      ...options,
      seed: 6,
      emailDomain: 'seed6.example.com',
      users: 1,
      events: 50,
    });
    const after = await countRows(database);
    expect(after.users! - before.users!).toBe(1);
    expect(after.events! - before.events!).toBe(50);
  });
});

describe('seedDemoData, disturbed', () => {
  let database: TestDatabase;
  beforeEach(async () => (database = await createTestDatabase()));
  afterEach(() => database.drop());

  it('keeps whole chunks when it is aborted, and counts them', async () => {
    const abort = new AbortController();
    const run = seedDemoData(
      database.url,
      { ...options, events: 40_000 },
      (done) => done > 0 && abort.abort(),
      abort.signal,
    );
    const error = await run.catch((reason: unknown) => reason as DemoDataAbortedError);
    expect(error).toBeInstanceOf(DemoDataAbortedError);
    const { events, attempts } = (error as DemoDataAbortedError).summary;
    expect(events).toBeGreaterThan(0);
    expect(events).toBeLessThan(40_000);
    expect(await countRows(database)).toMatchObject({ events, delivery_attempts: attempts });
    expect(await database.query(wrongHealth)).toEqual([]);
  });

  it('fails, instead of hanging, when the server ends a connection', async () => {
    let isKilled = false;
    const run = seedDemoData(database.url, { ...options, events: 400_000 }, (done) => {
      if (done === 0 || isKilled) return;
      isKilled = true;
      void database.query(
        `SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
          WHERE a.datname = current_database() AND a.application_name = 'ethhook-demo-data' LIMIT 1`,
      );
    });
    await expect(run).rejects.toThrow(/terminat|connection/i);
    expect(await countRows(database)).not.toMatchObject({ events: 400_000 });
  });
});

describe('npm run db:seed', () => {
  const cli = join(import.meta.dirname, '../../dist/scripts/db-seed.js');
  const run = (environment: Record<string, string>, ...args: string[]) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      const env = { PATH: process.env.PATH, DATA_DIR: '/nonexistent', ...environment };
      const child = execFile(process.execPath, [cli, ...args], { env }, (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, output: stdout + stderr });
      });
    });

  it('fills the database of DATABASE_URL once', async () => {
    const database = await createTestDatabase();
    const environment = { DATABASE_URL: database.url };
    const args = ['--events', '200', '--users', '3', '--days', '1', '--seed', '9', '--until', '2026-11-01'];
    try {
      const first = await run(environment, ...args);
      expect(first.output).toMatch(/200 events, \d+ delivery attempts/);
      expect(first.output).toMatch(
        /tenant1@seed9\.example\.com .*\n.*admin@seed9\.example\.com\npassword +\S{16}\n/,
      );
      const { password } = new URL(database.url);
      if (password) expect(first.output).not.toContain(password);
      expect(first.code).toBe(0);
      const second = await run(environment, ...args);
      expect(second.output).toContain('Nothing was written');
      expect(second.code).toBe(1);
    } finally {
      await database.drop();
    }
  });

  it('says what is wrong with its flags or its surroundings', async () => {
    const badFlag = await run({}, '--users', '10001');
    expect(badFlag).toMatchObject({ code: 2 });
    expect(badFlag.output).toContain('--users is "10001": it takes a whole number from 1 to 10000');
    const noDatabase = await run({});
    expect(noDatabase).toMatchObject({ code: 2 });
    expect(noDatabase.output).toContain('DATABASE_URL is not set, and no embedded server is running');
    const help = await run({}, '--help');
    expect(help).toMatchObject({ code: 0 });
    expect(help.output).toContain('--until');
  });
});
