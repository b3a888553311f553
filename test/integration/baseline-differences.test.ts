import { DataSource, type QueryRunner } from 'typeorm';
import { dataSourceOptions } from '../../src/data-source.js';
import { compareSchema, type Comparison } from '../../src/migrations/baseline/compare-schema.js';
import { readSchema } from '../../src/migrations/baseline/read-schema.js';
import { createOriginalSchema } from '../support/ethhook-original-schema.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

let db: TestDatabase;
let dataSource: DataSource;
let runner: QueryRunner;

beforeAll(async () => {
  db = await createEmptyDatabase();
  await createOriginalSchema((text, values) => db.query(text, values), { productionIndexes: false });
  await db.query('CREATE ROLE baseline_reader').catch(() => undefined); // roles outlive their database
  dataSource = await new DataSource(dataSourceOptions(db.url)).initialize();
  runner = dataSource.createQueryRunner();
});
afterAll(async () => {
  await runner.release();
  await dataSource.destroy();
  await db.drop();
});

/** What is said of EthHook's schema after `change`, which is rolled back. */
async function comparisonAfter(change: string): Promise<Comparison> {
  await runner.startTransaction();
  try {
    await runner.query(change);
    return compareSchema(await readSchema(runner));
  } finally {
    await runner.rollbackTransaction();
  }
}

const serverVersion = async () =>
  Number((await db.query<{ v: string }>(`SELECT current_setting('server_version_num') AS v`))[0]?.v);

it("finds nothing to say about EthHook's own schema", async () => {
  expect(await comparisonAfter('SELECT')).toEqual({ differences: [], notices: [] });
});

describe('refuses', () => {
  it.each<[change: string, ...differences: string[]]>([
    ['ALTER TABLE audit_logs RENAME TO old_audit_logs', 'audit_logs: table is missing'],
    [
      'ALTER TABLE users RENAME name TO nickname',
      'users.name: column is missing, expected character varying(255)',
    ],
    [
      'ALTER TABLE events ALTER log_index TYPE bigint',
      'events.log_index: expected integer NOT NULL, found bigint NOT NULL',
    ],
    [
      'ALTER TABLE endpoints ALTER chain_ids TYPE bigint[]',
      'endpoints.chain_ids: expected integer[], found bigint[]',
    ],
    [
      'ALTER TABLE users ALTER email TYPE text',
      'users.email: expected character varying(255) NOT NULL, found text NOT NULL',
    ],
    [
      'ALTER TABLE events ALTER ingested_at TYPE timestamp',
      'events.ingested_at: expected timestamp with time zone, found timestamp without time zone',
    ],
    [
      'ALTER TABLE events ALTER topics DROP NOT NULL',
      'events.topics: expected text[] NOT NULL, found text[]',
    ],
    [
      'ALTER TABLE events ALTER id DROP DEFAULT',
      'events.id: expected DEFAULT uuid_generate_v4(), found no default',
    ],
    [
      'ALTER TABLE users DROP is_admin, ADD is_admin boolean GENERATED ALWAYS AS (length(email) > 3) STORED',
      'users.is_admin: expected boolean, found boolean GENERATED ALWAYS AS ((length((email)::text) > 3))',
    ],
    ['ALTER TABLE audit_logs DROP CONSTRAINT audit_logs_pkey', 'audit_logs: primary key (id) is missing'],
    [
      'ALTER TABLE audit_logs DROP CONSTRAINT audit_logs_pkey, ADD PRIMARY KEY (id, action)',
      'audit_logs: expected primary key (id), found (id, action)',
    ],
    [
      'ALTER TABLE events DROP CONSTRAINT events_transaction_hash_log_index_key',
      'events: unique key (transaction_hash, log_index) is missing',
    ],
    [
      `ALTER TABLE events DROP CONSTRAINT events_transaction_hash_log_index_key,
                          ADD UNIQUE (transaction_hash, log_index) DEFERRABLE`,
      'events: expected unique key (transaction_hash, log_index), found (transaction_hash, log_index) DEFERRABLE',
    ],
    [
      `ALTER TABLE users DROP CONSTRAINT users_email_key;
       CREATE UNIQUE INDEX users_email_key ON users (email) WHERE is_admin`,
      'users: expected unique key (email), found (email) WHERE is_admin',
    ],
    [
      'DROP INDEX idx_applications_api_key',
      'applications: unique key (api_key) WHERE (api_key IS NOT NULL) is missing',
    ],
    [
      'ALTER TABLE delivery_attempts DROP CONSTRAINT delivery_attempts_event_id_fkey',
      'delivery_attempts: foreign key (event_id) → events(id) ON DELETE CASCADE is missing',
    ],
    [
      `ALTER TABLE audit_logs DROP CONSTRAINT audit_logs_user_id_fkey,
                              ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE`,
      'audit_logs: expected foreign key (user_id) → users(id) ON DELETE SET NULL, found (user_id) → users(id) ON DELETE CASCADE',
    ],
    [
      `ALTER TABLE endpoints DROP CONSTRAINT endpoints_application_id_fkey,
                             ADD FOREIGN KEY (application_id) REFERENCES applications ON DELETE CASCADE NOT VALID`,
      'endpoints: expected foreign key (application_id) → applications(id) ON DELETE CASCADE, found (application_id) → applications(id) ON DELETE CASCADE NOT VALID',
    ],
    [
      'ALTER TABLE audit_logs RENAME TO a; CREATE VIEW audit_logs AS SELECT * FROM a',
      'audit_logs: expected a table, found a view',
      'audit_logs.id: expected uuid NOT NULL, found uuid',
      'audit_logs.id: expected DEFAULT uuid_generate_v4(), found no default',
      'audit_logs.action: expected character varying(255) NOT NULL, found character varying(255)',
      'audit_logs: primary key (id) is missing',
      'audit_logs: foreign key (user_id) → users(id) ON DELETE SET NULL is missing',
    ],
    [
      'ALTER TABLE events ENABLE ROW LEVEL SECURITY; SET LOCAL ROLE baseline_reader',
      'events: row-level security hides rows from the role of this connection',
    ],
  ])('%s', async (change, ...differences) => {
    expect((await comparisonAfter(change)).differences).toEqual(differences);
  });

  it('several differences at once, table by table', async () => {
    const change = `ALTER TABLE delivery_attempts ALTER success TYPE text; ALTER TABLE users ALTER email DROP NOT NULL;
                    DROP TABLE usage_records`;
    expect((await comparisonAfter(change)).differences).toEqual([
      'users.email: expected character varying(255) NOT NULL, found character varying(255)',
      'delivery_attempts.success: expected boolean, found text',
      'usage_records: table is missing',
    ]);
  });

  it('a NOT NULL that promises nothing about the rows that are there (PostgreSQL 18)', async () => {
    if ((await serverVersion()) < 180000) return;
    const change = `ALTER TABLE events ALTER data DROP NOT NULL; ALTER TABLE events ADD NOT NULL data NOT VALID`;
    expect((await comparisonAfter(change)).differences).toEqual([
      'events.data: expected text NOT NULL, found text',
    ]);
  });

  it('a unique key that takes one NULL only (PostgreSQL 15)', async () => {
    if ((await serverVersion()) < 150000) return;
    const change = `ALTER TABLE users DROP CONSTRAINT users_api_key_hash_key, ADD UNIQUE NULLS NOT DISTINCT (api_key_hash)`;
    expect((await comparisonAfter(change)).differences).toEqual([
      'users: expected unique key (api_key_hash), found (api_key_hash) NULLS NOT DISTINCT',
    ]);
  });
});

describe('only notes', () => {
  it.each<[change: string, ...notices: string[]]>([
    ['ALTER TABLE users ADD theme text', 'users.theme: additional column text'],
    [
      'ALTER TABLE users ADD tenant integer NOT NULL DEFAULT 1, ADD region text NOT NULL',
      'users.tenant: additional column integer NOT NULL',
      'users.region: additional column text NOT NULL without a default: inserts that leave it out fail',
    ],
    ['CREATE INDEX mine ON events (log_index)', 'events: additional index mine btree (log_index)'],
    [
      'CREATE UNIQUE INDEX mine ON applications (user_id, name)',
      'applications: additional unique key mine (user_id, name)',
    ],
    ['DROP INDEX idx_events_block_number', 'events: index btree (block_number DESC) is missing'],
    [
      'DROP INDEX idx_users_is_admin; CREATE INDEX idx_users_is_admin ON users (is_admin)',
      'users: expected index btree (is_admin) WHERE (is_admin = true), found btree (is_admin)',
    ],
    ['ALTER INDEX idx_events_block_number RENAME TO by_block'],
    [
      'ALTER TABLE users ALTER subscription_tier SET DEFAULT $$pro$$',
      "users.subscription_tier: expected DEFAULT 'free'::character varying, found DEFAULT 'pro'::character varying",
    ],
    [
      'ALTER TABLE events ALTER ingested_at DROP DEFAULT',
      'events.ingested_at: expected DEFAULT now(), found no default',
    ],
    [
      'ALTER TABLE events ALTER id SET DEFAULT gen_random_uuid()',
      'events.id: expected DEFAULT uuid_generate_v4(), found DEFAULT gen_random_uuid()',
    ],
    [
      'ALTER TABLE delivery_attempts ALTER attempted_at SET NOT NULL',
      'delivery_attempts.attempted_at: expected timestamp with time zone, found timestamp with time zone NOT NULL',
    ],
    [
      'ALTER TABLE users ALTER full_name SET NOT NULL',
      'users.full_name: expected character varying(255), found character varying(255) NOT NULL without a default: inserts that leave it out fail',
    ],
    [
      'ALTER TABLE events ADD CONSTRAINT positive CHECK (log_index >= 0)',
      'events: additional check positive CHECK ((log_index >= 0))',
    ],
    [
      'ALTER TABLE usage_records ADD FOREIGN KEY (id) REFERENCES events',
      'usage_records: additional foreign key usage_records_id_fkey (id) → events(id) ON DELETE NO ACTION',
    ],
    [
      `CREATE TRIGGER mine BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
      'events: additional trigger mine BEFORE UPDATE ON public.events FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    ],
    ['CREATE TABLE unrelated (id int)'],
    // the same promises in another form
    [
      `ALTER TABLE events DROP CONSTRAINT events_transaction_hash_log_index_key;
       CREATE UNIQUE INDEX ON events (log_index, transaction_hash)`,
    ],
    ['DROP INDEX idx_applications_api_key; ALTER TABLE applications ADD UNIQUE (api_key)'],
    ['CREATE SCHEMA extensions; ALTER EXTENSION "uuid-ossp" SET SCHEMA extensions'],
  ])('%s', async (change, ...notices) => {
    expect(await comparisonAfter(change)).toEqual({ differences: [], notices });
  });
});
