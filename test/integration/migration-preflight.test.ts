import pg from 'pg';
import { revertLastMigration, runMigrations } from '../../src/data-source.js';
import { migrations } from '../../src/migrations/index.js';
import { createLiveDatabase, failureOf, quick, type LiveDatabase } from '../support/live-database.js';
import { connect } from '../support/own-migration.js';

jest.setTimeout(60_000);

// Roles belong to the server, which other suites use at the same time.
const [ethhook, migrator, stranger] = ['ethhook', 'migrator', 'stranger'].map(
  (name) => `${name}_${process.pid}`,
) as [string, string, string];

let db: LiveDatabase;
let before: string;

beforeEach(async () => {
  db = await createLiveDatabase();
  await db.query(
    [
      ...[ethhook, migrator, stranger].map((role) => `CREATE ROLE ${role} LOGIN PASSWORD 'p'`),
      'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
      `GRANT CREATE ON SCHEMA public TO ${ethhook}`,
      ...(await ownedBy(ethhook)),
    ].join(';'),
  );
  before = await state();
});
afterEach(async () => {
  const roles = [stranger, migrator, ethhook].join();
  await db.query(`DROP OWNED BY ${roles} CASCADE; DROP ROLE ${roles}`);
  await db.drop();
});

const ownedBy = async (role: string) =>
  (await db.query<{ tablename: string }>(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)).map(
    ({ tablename }) => `ALTER TABLE ${tablename} OWNER TO ${role}`,
  );
const state = async () =>
  (await db.schema()) + (await db.one<string | null>(`SELECT to_regclass('ethhook_admin_migrations')::text`));
const urlOf = (role: string) => {
  const url = new URL(db.url);
  [url.username, url.password] = [role, 'p'];
  return url.href;
};
const runAs = (role: string) => runMigrations(urlOf(role), (line) => void db.log.push(line), quick);
const grantsIn = (message: string) => [...message.matchAll(/GRANT [^;]+;/g)].map(([grant]) => grant);

async function refusalOf(running: Promise<unknown>): Promise<string> {
  const { kind, message } = await failureOf(running);
  expect(kind).toBe('refused');
  expect(await state()).toBe(before);
  return message;
}

it('a role that may do neither is told both grants, which are enough', async () => {
  const message = await refusalOf(runAs(migrator));
  expect(message).toBe(
    `this role lacks rights; nothing was changed:
  - applications, audit_logs, delivery_attempts, endpoints, events, subscription_limits, usage_records, users is owned by ${ethhook}: GRANT ${ethhook} TO ${migrator};
  - ${migrator} may create nothing in the schema public: GRANT CREATE ON SCHEMA public TO ${migrator};`,
  );
  for (const grant of grantsIn(message)) await db.query(grant);
  expect(await runAs(migrator)).toHaveLength(migrations.length);
});

it('one right alone is missing: its grant alone is named', async () => {
  await db.query(`GRANT CREATE ON SCHEMA public TO ${migrator}`);
  expect(grantsIn(await refusalOf(runAs(migrator)))).toEqual([`GRANT ${ethhook} TO ${migrator};`]);
});

it('the owner may lack CREATE on the schema', async () => {
  await db.query(`REVOKE CREATE ON SCHEMA public FROM ${ethhook}`);
  const message = await refusalOf(runAs(ethhook));
  expect(grantsIn(message)).toEqual([`GRANT CREATE ON SCHEMA public TO ${ethhook};`]);
  await db.query(grantsIn(message).join(''));
  expect(await runAs(ethhook)).toHaveLength(migrations.length);
});

it('the owner, no superuser: all of it, there and back', async () => {
  expect(await runAs(ethhook)).toHaveLength(migrations.length);
  expect(db.log.join('\n')).toContain('pg_stat_statements: kept: this role may not create it');
  while ((await revertLastMigration(urlOf(ethhook), (line) => void db.log.push(line), quick)) !== null);
  expect(await state()).toBe(before.replace(/null$/, 'ethhook_admin_migrations'));
});

it("a table of somebody else's that refers to ours is not ours to move: its grant is named", async () => {
  await db.query(`
CREATE TABLE bookmarks (id int PRIMARY KEY, endpoint_id uuid REFERENCES endpoints (id));
ALTER TABLE bookmarks OWNER TO ${stranger}`);
  before = await state();
  const message = await refusalOf(runAs(ethhook));
  expect(grantsIn(message)).toEqual([`GRANT ${stranger} TO ${ethhook};`]);
  await db.query(grantsIn(message).join(''));
  expect(await runAs(ethhook)).toHaveLength(migrations.length);
});

it("the triggers go on working when the runner's role loses its rights", async () => {
  await db.query(`GRANT ${ethhook} TO ${migrator}; GRANT CREATE ON SCHEMA public TO ${migrator}`);
  await runAs(migrator);
  await db.query(`REVOKE ${ethhook} FROM ${migrator}`);
  const writer = await connect(urlOf(ethhook));
  try {
    await writer.query(
      `INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number)
       VALUES (md5('event1')::uuid, md5('endpoint1')::uuid, 9)`,
    );
  } finally {
    await writer.end();
  }
});

describe('a schema that is newer than the program', () => {
  const addUnknown = () =>
    db.query(
      `INSERT INTO ethhook_admin_migrations ("timestamp", name) VALUES (2000000000000, 'Newer2000000000000')`,
    );
  const sentence =
    'the schema is newer than this program, which does not know Newer2000000000000: ' +
    'run the migrations of the version that made it';

  it('is refused, and nothing pending is applied', async () => {
    await db.query(`CREATE TABLE ethhook_admin_migrations (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
      "timestamp" bigint NOT NULL, name varchar NOT NULL UNIQUE, executed_at timestamptz NOT NULL DEFAULT now())`);
    await addUnknown();
    before = await state();
    expect(await refusalOf(db.run())).toBe(sentence);
  });

  it('also when nothing is pending', async () => {
    await db.run();
    await addUnknown();
    before = await state();
    expect(await refusalOf(db.run())).toBe(sentence);
  });
});

it('too little disk', async () => {
  before = before.replace(/null$/, 'ethhook_admin_migrations'); // the ledger, which is empty, is made before
  expect(await refusalOf(db.run({ freeDiskBytes: 1000 }))).toMatch(
    /^too little disk: the pending migrations need about \d+ MB at their peak, and 1 MB are free; nothing was changed$/,
  );
});

it('another runner at work is no refusal: busy', async () => {
  const other = new pg.Client({ connectionString: db.url });
  await other.connect();
  await other.query('SELECT pg_advisory_lock(1162366279, 1)');
  try {
    expect((await failureOf(db.run({ lockWaitMs: 50 }))).kind).toBe('busy');
    expect(await state()).toBe(before);
  } finally {
    await other.end();
  }
});
