import { createLiveDatabase, drifted, type LiveDatabase } from '../support/live-database.js';
import { keepSessions, loseSessionAt } from '../support/lost-session.js';

// Each test runs all migrations, some of them back as well.
jest.setTimeout(120_000);

let db: LiveDatabase;
/** What the migrations make of a database that nobody has touched. */
let usual: string;

const journal = (object: string) =>
  db.query(
    `SELECT c.action, c.reason, c.restore_sql AS "restoreSql" FROM ethhook_admin_schema_changes c
      WHERE c.object = $1`,
    [object],
  );
const refusedInsert = (text: string) =>
  db.query(text).then(
    () => null,
    (error: { code?: string }) => error.code,
  );
/** Executes the statement that an error names. */
async function obey(message: string, statement: RegExp): Promise<void> {
  expect(message).toMatch(statement);
  await db.query(statement.exec(message)?.[0] ?? '');
}
/** What CREATE UNIQUE INDEX CONCURRENTLY leaves when it meets two equal rows. */
async function leaveInvalid(index: string, on: string): Promise<void> {
  await expect(db.query(`CREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${on}`)).rejects.toMatchObject({
    code: '23505',
  });
  expect(await isValid(index)).toBe(false);
}
const isValid = (index: string) =>
  db.one<boolean | undefined>('SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)', [index]);

beforeAll(async () => {
  db = await createLiveDatabase();
  await db.run();
  usual = await db.schema();
  await db.drop();
});
beforeEach(async () => {
  db = await createLiveDatabase();
});
afterEach(() => db.drop());

it('nobody has touched it: there and back', async () => {
  const before = await db.schema();
  await db.run();
  expect(await db.query(drifted)).toEqual([]);
  await db.revert();
  expect(await db.schema()).toBe(before);
});

describe('the plan has been begun', () => {
  // Two thirds are filled; then one application changes hands, which the plan's UPDATE knows nothing of.
  const begin = `
ALTER TABLE delivery_attempts ADD COLUMN user_id uuid;
UPDATE delivery_attempts da SET user_id = a.user_id
  FROM endpoints ep JOIN applications a ON ep.application_id = a.id
 WHERE da.endpoint_id = ep.id AND da.attempt_number <= 2;
UPDATE applications SET user_id = md5('user1')::uuid WHERE id = md5('application0')::uuid`;
  const finish = `
UPDATE delivery_attempts da SET user_id = a.user_id
  FROM endpoints ep JOIN applications a ON ep.application_id = a.id WHERE da.endpoint_id = ep.id;
ALTER TABLE delivery_attempts ALTER COLUMN user_id SET NOT NULL;
ALTER TABLE delivery_attempts ADD CONSTRAINT fk_delivery_attempts_user
  FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
CREATE INDEX idx_delivery_attempts_user_id ON delivery_attempts (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX idx_events_ingested_id ON events (ingested_at DESC, id);
CREATE INDEX idx_delivery_attempts_user_success_time ON delivery_attempts (user_id, success, attempted_at DESC)
  WHERE user_id IS NOT NULL;
CREATE TABLE user_daily_stats (user_id uuid NOT NULL, date date NOT NULL, event_count bigint DEFAULT 0,
  delivery_count bigint DEFAULT 0, successful_deliveries bigint DEFAULT 0, failed_deliveries bigint DEFAULT 0,
  avg_duration_ms double precision, updated_at timestamptz DEFAULT now(), PRIMARY KEY (user_id, date));
CREATE INDEX idx_user_daily_stats_date ON user_daily_stats (date DESC);
INSERT INTO user_daily_stats (user_id, date) VALUES (md5('user0')::uuid, '2001-01-01');
CREATE MATERIALIZED VIEW user_recent_stats AS
SELECT da.user_id, count(DISTINCT da.event_id) AS event_count_24h, count(*) AS delivery_count_24h,
       count(*) FILTER (WHERE da.success) AS successful_24h, avg(da.duration_ms) AS avg_duration_24h
  FROM delivery_attempts da WHERE da.attempted_at >= now() - INTERVAL '24 hours' GROUP BY da.user_id;
CREATE UNIQUE INDEX ON user_recent_stats (user_id)`;
  const unfilled = 'SELECT count(*)::int FROM delivery_attempts WHERE user_id IS NULL';

  it('half-filled: missing and outdated owners are put right, and a revert leaves the column', async () => {
    await db.query(begin);
    expect(await db.one(unfilled)).toBe(150);
    const before = await db.schema();
    await db.run();
    expect(await db.query(drifted)).toEqual([]);
    expect(await db.schema()).toBe(usual);
    expect(await journal('public.delivery_attempts.user_id')).toMatchObject([{ action: 'kept' }]);
    await db.revert();
    expect(await db.schema()).toBe(before);
    expect(await db.one(unfilled)).toBe(0);
  });

  it('finished: taken over, its indexes and aggregates give way to ours', async () => {
    await db.query(begin);
    await db.query(finish);
    await db.query(
      "UPDATE applications SET user_id = md5('user2')::uuid WHERE id = md5('application1')::uuid",
    );
    await db.run();
    expect(await db.schema()).toBe(usual);
    expect(await db.query(drifted)).toEqual([]);
    expect(await db.query("SELECT user_id FROM user_daily_stats WHERE date = '2001-01-01'")).toEqual([]);
    expect(await db.one('SELECT sum(delivery_count)::int FROM user_daily_stats')).toBe(450);
    expect(await journal('user_daily_stats')).toMatchObject([{ action: 'repaired' }]);
    expect(await journal('user_recent_stats')).toMatchObject([{ action: 'repaired' }]);
    expect(await journal('idx_delivery_attempts_user_id')).toEqual([
      {
        action: 'dropped',
        reason: 'delivery_attempts_pkey serves what it was for',
        restoreSql:
          'CREATE INDEX idx_delivery_attempts_user_id ON public.delivery_attempts USING btree (user_id) WHERE (user_id IS NOT NULL)',
      },
    ]);
  });

  it('finished: a revert leaves its column, foreign key and indexes, and writers can write', async () => {
    await db.query(begin);
    await db.query(finish);
    const before = await db.query(indexesOf);
    await db.run();
    await db.revert();
    expect(await db.query(indexesOf)).toEqual(before);
    expect(await db.one(unfilled)).toBe(0);
    await db.query(
      `INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number)
       VALUES (md5('event1')::uuid, md5('endpoint1')::uuid, 9)`,
    );
    expect(await db.one(owner)).toBe('FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE');
  });

  it('finished: a revert that lost its session half-way leaves its foreign key as well', async () => {
    await db.query(begin);
    await db.query(finish);
    await db.run();
    await loseSessionAt(db, '%ALTER COLUMN user_id DROP NOT NULL%');
    await expect(db.revert()).rejects.toThrow(/^RequireAttemptColumns\d+ failed: .*terminat/);
    await keepSessions(db);
    await db.revert();
    expect(await db.one(owner)).toBe('FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE');
  });

  const owner = `
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'fk_delivery_attempts_user'`;
  const indexesOf = `
SELECT i.indexdef FROM pg_indexes i
 WHERE i.tablename IN ('events', 'delivery_attempts', 'endpoints', 'applications') ORDER BY 1`;
});

describe('a column of ours is something else', () => {
  it.each([
    ['delivery_attempts', 'user_id', 'text', `DEFAULT 'mine'`, 'text'],
    ['delivery_attempts', 'event_ingested_at', 'timestamp', 'DEFAULT now()', 'timestamp without time zone'],
    ['delivery_attempts', 'user_id', 'uuid', `GENERATED ALWAYS AS (id) STORED`, 'a generated column'],
    ['endpoints', 'user_id', 'int', 'DEFAULT 7', 'integer'],
  ])('%s.%s %s %s', async (table, column, type, rest, found) => {
    await db.query(`ALTER TABLE ${table} ADD COLUMN ${column} ${type} ${rest}`);
    const values = (name: string) =>
      db.one(`SELECT md5(string_agg(t.${name}::text, ' ' ORDER BY t.id)) FROM ${table} t`);
    const before = await values(column);
    const { message } = await db.failure();
    expect(message).toContain(`public.${table}.${column} is there as ${found}, and `);
    expect(await values(column)).toBe(before);
    await obey(message, /ALTER TABLE [^)]+/);
    await db.run();
    expect(await values(`${column}_old`)).toBe(before);
    expect(await db.query(drifted)).toEqual([]);
  });
});

describe('an invalid index', () => {
  it.each([
    ['applications_user_id_id_key', 'applications (user_id)'],
    ['endpoints_user_id_id_key', 'endpoints (application_id)'],
    ['delivery_attempts_id_key', 'delivery_attempts (event_id)'],
    ['delivery_attempts_read_key', 'delivery_attempts (event_id)'],
    ['idx_delivery_attempts_user_endpoint', 'delivery_attempts (endpoint_id)'],
    ['idx_events_ingested_at_id', 'events (contract_address)'],
  ])('under our name %s is built anew', async (index, on) => {
    await leaveInvalid(index, on);
    await db.run();
    expect(await db.schema()).toBe(usual);
    expect(await journal(index)).toMatchObject([{ action: 'repaired' }]);
    expect(await db.query('SELECT 1 FROM pg_index WHERE NOT indisvalid')).toEqual([]);
  });

  it("of EthHook's that is relied on is built anew", async () => {
    await db.query('DROP INDEX idx_delivery_attempts_event_id');
    await leaveInvalid('idx_delivery_attempts_event_id', 'delivery_attempts (event_id)');
    await db.run();
    expect(await db.schema()).toBe(usual);
    expect(await journal('idx_delivery_attempts_event_id')).toMatchObject([{ action: 'repaired' }]);
  });

  it.each([
    ["of the plan's unused ones", 'idx_events_block_number', 'events (log_index)'],
    ["of the plan's own", 'idx_events_ingested_id', 'events (log_index)'],
  ])('%s is kept, with what to do', async (_, index, on) => {
    await db.query(`DROP INDEX IF EXISTS ${index}`);
    await leaveInvalid(index, on);
    await db.run();
    expect(await isValid(index)).toBe(false);
    const [change] = await journal(index);
    expect(change).toMatchObject({ action: 'kept', restoreSql: null });
    expect(change?.reason).toMatch(/^it is invalid, .*DROP INDEX CONCURRENTLY$/);
    await db.revert();
    expect(await isValid(index)).toBe(false);
  });
});

describe('indexes that are not there, or not ours', () => {
  it.each(['idx_delivery_attempts_event_id', 'idx_delivery_attempts_endpoint_id'])(
    '%s is missing: built, and a revert leaves it',
    async (index) => {
      await db.query(`DROP INDEX ${index}`);
      await db.run();
      expect(await db.schema()).toBe(usual);
      await db.revert();
      expect(await isValid(index)).toBe(true);
    },
  );

  it('one that is not relied on is missing: a notice', async () => {
    await db.query('DROP INDEX idx_events_contract_address');
    await db.run();
    expect(db.log.join('\n')).toMatch(/notice: events: index btree \(contract_address\) is missing/);
    expect(await isValid('idx_events_contract_address')).toBeUndefined();
  });

  it("one of the plan's names on other columns is somebody's own, and left alone", async () => {
    await db.query('CREATE INDEX idx_events_ingested_id ON events (contract_address, block_number)');
    await db.run();
    expect(await isValid('idx_events_ingested_id')).toBe(true);
  });
});

describe('something else has one of our names', () => {
  it.each([
    ['an index', 'CREATE INDEX idx_delivery_attempts_user_attempted ON delivery_attempts (attempt_number)'],
    ['a unique key', 'ALTER TABLE applications ADD CONSTRAINT applications_id_key UNIQUE (id, name)'],
    ['a constraint', 'ALTER TABLE delivery_attempts ADD CONSTRAINT fk_delivery_attempts_user CHECK (true)'],
    ['a table', 'CREATE TABLE user_daily_stats (day date)'],
    ['a table under the name of an index', 'CREATE TABLE idx_events_ingested_at_id (day date)'],
    ['a view', 'CREATE VIEW user_recent_stats AS SELECT 1 AS one'],
  ])('%s: refused, with the RENAME that makes way', async (_, create) => {
    await db.query(create);
    const { message } = await db.failure();
    await obey(message, /ALTER (TABLE|INDEX|VIEW|MATERIALIZED VIEW) .* RENAME (CONSTRAINT \w+ )?TO \w+/);
    await db.run();
    expect(await db.query(drifted)).toEqual([]);
  });
});

describe("somebody's own columns and tables", () => {
  const own = `
ALTER TABLE users ADD COLUMN nick text NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN note text DEFAULT 'n';
ALTER TABLE delivery_attempts ADD COLUMN tags text[];
CREATE INDEX own_tags ON delivery_attempts USING gin (tags);
CREATE TABLE bookmarks (id int PRIMARY KEY,
  application_id uuid CONSTRAINT to_application REFERENCES applications ON DELETE CASCADE,
  endpoint_id uuid CONSTRAINT to_endpoint REFERENCES endpoints (id) ON DELETE CASCADE,
  attempt_id uuid CONSTRAINT to_attempt REFERENCES delivery_attempts (id) ON DELETE SET NULL DEFERRABLE);
INSERT INTO bookmarks
SELECT n, md5('application' || n % 6)::uuid, md5('endpoint' || n)::uuid, md5('attempt' || n)::uuid
  FROM generate_series(0, 11) n`;
  const keys = `SELECT k.conname AS "name", k.convalidated AS "isValidated", pg_get_constraintdef(k.oid) AS "definition"
     FROM pg_constraint k WHERE k.conrelid = 'bookmarks'::regclass AND k.contype = 'f' ORDER BY 1`;

  async function showThatKeysWork(): Promise<void> {
    for (const column of ['application_id', 'endpoint_id', 'attempt_id'])
      expect(await refusedInsert(`INSERT INTO bookmarks (id, ${column}) VALUES (99, md5('')::uuid)`)).toBe(
        '23503',
      );
    await db.query(`DELETE FROM delivery_attempts WHERE id = md5('attempt3')::uuid`);
    expect(await db.one('SELECT attempt_id FROM bookmarks WHERE id = 3')).toBeNull();
    await db.query(`DELETE FROM endpoints WHERE id = md5('endpoint4')::uuid`);
    await db.query(`DELETE FROM applications WHERE id = md5('application5')::uuid`);
    expect(await db.query('SELECT id FROM bookmarks WHERE id IN (4, 5, 11)')).toEqual([]);
    expect(await db.one('SELECT count(*)::int FROM bookmarks')).toBe(9);
  }
  const columns = () =>
    db.one(
      `SELECT string_agg(attrelid::regclass || '.' || attname, ' ' ORDER BY attname) FROM pg_attribute
        WHERE attname IN ('nick', 'note', 'tags') AND attrelid::regclass::text IN ('users', 'events', 'delivery_attempts')`,
    );

  it('are there and at work afterwards', async () => {
    await db.query(own);
    const before = await db.query(keys);
    await db.run();
    expect(await db.query(keys)).toEqual(before);
    expect(await columns()).toBe('users.nick events.note delivery_attempts.tags');
    expect(await isValid('own_tags')).toBe(true);
    expect(await db.query(drifted)).toEqual([]);
    await showThatKeysWork();
  });

  it('and after a revert', async () => {
    await db.query(own);
    const before = [await db.schema(), await db.query(keys)];
    await db.run();
    await db.revert();
    expect([await db.schema(), await db.query(keys)]).toEqual(before);
    await showThatKeysWork();
  });

  it('a foreign key whose name has to be quoted is proven again', async () => {
    await db.query(own);
    await db.query('ALTER TABLE bookmarks RENAME CONSTRAINT to_endpoint TO "To Endpoint"');
    const before = await db.query(keys);
    await db.run();
    expect(await db.query(keys)).toEqual(before);
  });

  it('a foreign key that was never proven is moved as it is', async () => {
    await db.query(own);
    await db.query(`
ALTER TABLE bookmarks DROP CONSTRAINT to_endpoint;
INSERT INTO bookmarks (id, endpoint_id) VALUES (77, md5('lost')::uuid);
ALTER TABLE bookmarks ADD CONSTRAINT to_endpoint FOREIGN KEY (endpoint_id) REFERENCES endpoints (id) NOT VALID`);
    const before = await db.query(keys);
    await db.run();
    expect(await db.query(keys)).toEqual(before);
  });

  it('a partitioned table with a foreign key to ours is moved too, or refused where it cannot be', async () => {
    await db.query(`
CREATE TABLE bookmarks (id int, endpoint_id uuid REFERENCES endpoints (id)) PARTITION BY LIST (id);
CREATE TABLE bookmarks_1 PARTITION OF bookmarks FOR VALUES IN (1);
INSERT INTO bookmarks VALUES (1, md5('endpoint1')::uuid)`);
    const before = await db.query(keys);
    const version = Number(await db.one(`SELECT current_setting('server_version_num')`));
    if (version < 180_000) {
      const { kind, message } = await db.failure();
      expect(kind).toBe('refused');
      const [statement] = /ALTER TABLE .*;$/m.exec(message) ?? [];
      expect(statement).toBe('ALTER TABLE bookmarks DROP CONSTRAINT bookmarks_endpoint_id_fkey;');
      await db.query(statement ?? '');
      await db.run();
      await db.query('ALTER TABLE bookmarks ADD FOREIGN KEY (endpoint_id) REFERENCES endpoints (id)');
    } else await db.run();
    expect(await db.query(keys)).toEqual(before);
  });

  it('are proven again by the next run when the server is lost between the move and the proof', async () => {
    await db.query(own);
    await loseSessionAt(db, '%bookmarks VALIDATE CONSTRAINT %to_endpoint%');
    const before = await db.query(keys);
    expect((await db.failure()).message).toMatch(/^LeadKeysWithUserId\d+ failed: .*terminat/);
    expect(await db.query(keys)).toMatchObject([{}, {}, { name: 'to_endpoint', isValidated: false }]);
    await keepSessions(db);
    await db.run();
    expect(await db.query(keys)).toEqual(before);
  });
});

describe('pg_stat_statements', () => {
  const present = () =>
    db.one<number>(`SELECT count(*)::int FROM pg_extension WHERE extname = 'pg_stat_statements'`);
  const available = () =>
    db.one<number>(`SELECT count(*)::int FROM pg_available_extensions WHERE name = 'pg_stat_statements'`);

  it('was there: stays after a revert', async () => {
    if ((await available()) === 0) return; // a server without its contrib package
    await db.query('CREATE EXTENSION pg_stat_statements');
    await db.run();
    expect(await journal('pg_stat_statements')).toMatchObject([{ action: 'kept', reason: 'it was there' }]);
    await db.revert();
    expect(await present()).toBe(1);
  });

  it('was not: goes again', async () => {
    await db.run();
    expect(await present()).toBe(await available());
    await db.revert();
    expect(await present()).toBe(0);
  });
});
