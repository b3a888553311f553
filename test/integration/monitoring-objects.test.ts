import pg from 'pg';
import { seedDemoData } from '../../src/demo/seed.js';
import { BloatService } from '../../src/modules/maintenance/bloat/bloat.service.js';
import { IndexEvidenceReadModel } from '../../src/modules/maintenance/indexes/index-evidence.read-model.js';
import { IndexEvidenceService } from '../../src/modules/maintenance/indexes/index-evidence.service.js';
import type { Check, Finding } from '../../src/modules/monitoring/checks/check.js';
import {
  IndexBloatCheck,
  TableBloatCheck,
} from '../../src/modules/monitoring/objects/checks/bloat.checks.js';
import { DiskFullCheck } from '../../src/modules/monitoring/objects/checks/disk-full.check.js';
import { ForeignKeyWithoutIndexCheck } from '../../src/modules/monitoring/objects/checks/foreign-key-without-index.check.js';
import { IndexInvalidCheck } from '../../src/modules/monitoring/objects/checks/index-invalid.check.js';
import { IndexRedundantCheck } from '../../src/modules/monitoring/objects/checks/index-redundant.check.js';
import { IndexUnusedCheck } from '../../src/modules/monitoring/objects/checks/index-unused.check.js';
import { objectChecks } from '../../src/modules/monitoring/objects/checks/object-checks.js';
import { SequenceExhaustionCheck } from '../../src/modules/monitoring/objects/checks/sequence-exhaustion.check.js';
import { SequentialScansCheck } from '../../src/modules/monitoring/objects/checks/sequential-scans.check.js';
import {
  AutovacuumOffCheck,
  DeadTuplesCheck,
} from '../../src/modules/monitoring/objects/checks/table-care.checks.js';
import { WraparoundCheck } from '../../src/modules/monitoring/objects/checks/wraparound.check.js';
import { ObjectsCollector } from '../../src/modules/monitoring/objects/objects.collector.js';
import { becomes } from '../support/leader-tasks.js';
import { openDatabase, type OwnDatabase } from '../support/own-database.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { burnTransactions, plantObjects } from '../support/planted-objects.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

const KIB = 1024;
const indexBounds = { minBytes: 100 * KIB, minObservedHours: 0 };
const bloatBounds = {
  indexes: { minRatio: 0.5, minBytes: 500 * KIB },
  tables: { minRatio: 0.5, minBytes: 2000 * KIB },
};

interface World {
  session: OwnSession;
  own: OwnDatabase;
}

const roles = ['superuser', 'monitor', 'plain'] as const;
type Role = (typeof roles)[number];

/** As this role, which has the rights of EthHook Admin on its own tables, and none on others'. */
async function openWorld(database: TestDatabase, role: Role): Promise<World> {
  const url = new URL(database.url);
  if (role !== 'superuser') {
    const name = `${url.pathname.slice(1)}_${role}`;
    await database.query(`
      CREATE ROLE ${name} LOGIN PASSWORD 'secret';
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${name};
      ${role === 'monitor' ? `GRANT pg_monitor TO ${name}` : ''}`);
    url.username = name;
    url.password = 'secret';
  }
  return { session: await openSession(url.href), own: openDatabase(url.href) };
}

async function closeWorld({ session, own }: World): Promise<void> {
  await session.close();
  await own.close();
}

const evidenceOf = ({ own }: World) =>
  new IndexEvidenceService(new IndexEvidenceReadModel(own.database, own.sessions, own.config));

const planted = (world: World): readonly Check[] => {
  const evidence = evidenceOf(world);
  const bloat = new BloatService(world.own.database);
  return [
    new IndexUnusedCheck(evidence, indexBounds),
    new IndexRedundantCheck('duplicate', evidence, indexBounds),
    new IndexRedundantCheck('prefix', evidence, indexBounds),
    new IndexInvalidCheck(evidence),
    new ForeignKeyWithoutIndexCheck(world.own.database),
    new SequentialScansCheck({ watchedHours: 24, minRowsPerHour: 50_000, minRowsPerScan: 15_000 }),
    new IndexBloatCheck(bloat, bloatBounds),
    new TableBloatCheck(bloat, bloatBounds),
    new DeadTuplesCheck(),
    new AutovacuumOffCheck(),
    new SequenceExhaustionCheck(),
    new WraparoundCheck(),
    new DiskFullCheck(),
  ];
};

async function lookAt(world: World, checks = planted(world)) {
  const findings: (Finding & { check: string })[] = [];
  const limits: string[] = [];
  for (const check of checks) {
    const result = await check.find(world.session);
    findings.push(...result.findings.map((finding) => ({ check: check.name, ...finding })));
    limits.push(...result.limits);
  }
  return { findings, limits, names: findings.map(({ check, object }) => `${check}: ${object}`).sort() };
}

const expected = [
  'autovacuum-off: "Odd schema".unattended',
  'dead-tuples: "Odd schema".held',
  'disk-full: ',
  'foreign-key-without-index: "Odd schema".children "children_the parent_fkey"',
  'index-bloat: "Odd schema".bloated_pkey',
  'index-duplicate: "Odd schema".twin',
  'index-invalid: "Odd schema".broken',
  'index-prefix: "Odd schema".prefix',
  'index-unused: "Odd schema"."unused ""one"""',
  'sequence-exhaustion: "Odd schema"."Free"',
  'sequence-exhaustion: "Odd schema".borrowed',
  'sequence-exhaustion: "Odd schema".counted_id_seq',
  'sequence-exhaustion: "Odd schema".down',
  'sequential-scans: "Odd schema".scanned',
  'table-bloat: "Odd schema".bloated',
  'wraparound: "Odd schema".aged',
];

/** Ten days of a disk that fills by a gigabyte a day, but for one night in which 30 go and come back. */
const fillingDisk = `
  DELETE FROM ethhook_admin_samples WHERE series = 'disk_free_bytes';
  INSERT INTO ethhook_admin_samples (series, object, at, value)
  SELECT 'disk_free_bytes', '', now() - h * INTERVAL '1 hour',
         (5 + h / 24.0 + CASE WHEN h BETWEEN 100 AND 110 THEN -30 ELSE 0 END) * 1073741824
    FROM generate_series(0, 240) h`;

describe('of planted trouble', () => {
  let database: TestDatabase;
  let world: World;
  let holder: pg.Client;
  let found: Awaited<ReturnType<typeof lookAt>>;
  const of = (check: string, object: string) => {
    const one = found.findings.find((finding) => finding.check === check && finding.object === object);
    if (one === undefined) throw new Error(`no finding ${check} of ${object}`);
    return one;
  };
  const collector = new ObjectsCollector({ least: 5, most: 200, minBytes: 100 * KIB }, 0);
  const counted = async (series: string, object: string) =>
    (
      await database.query<{ value: number }>(
        `SELECT value FROM ethhook_admin_samples WHERE series = $1 AND object = $2 ORDER BY at`,
        [series, object],
      )
    ).map(({ value }) => value);

  beforeAll(async () => {
    database = await createTestDatabase();
    await plantObjects(database);
    world = await openWorld(database, 'superuser');
    await collector.collect(world.session);
    holder = new pg.Client({ connectionString: database.url, application_name: 'the holder' });
    await holder.connect();
    await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
    await database.query(burnTransactions(125_000));
    await makeDead();
    await scan(3);
    await collector.collect(world.session);
    await database.query(fillingDisk);
    found = await lookAt(world);
  }, 120_000);

  afterAll(async () => {
    await holder.end();
    await closeWorld(world);
    await database.drop();
  });

  /** What a session does reaches the statistics when it ends. */
  async function counting(
    counter: string,
    table: string,
    by: number,
    ...statements: string[]
  ): Promise<void> {
    const seen = async () =>
      Number(
        (await database.query(`SELECT ${counter} FROM pg_stat_user_tables WHERE relname = $1`, [table]))[0]?.[
          counter
        ],
      );
    const before = await seen();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
    await becomes(`${counter} of ${table} has grown`, async () => (await seen()) === before + by);
  }

  const scan = (times: number) =>
    counting(
      'seq_scan',
      'scanned',
      times,
      ...Array<string>(times).fill('SELECT count(*) FROM "Odd schema".scanned'),
    );
  const makeDead = () => counting('n_dead_tup', 'held', 20_000, 'UPDATE "Odd schema".held SET n = n + 1');

  it('finds each of it, and nothing else', () => {
    expect(found.names).toEqual(expected);
    expect(found.limits.filter((limit) => !limit.startsWith('hypopg'))).toEqual([]);
  });

  it('has the figure of each, and the bound that it broke', () => {
    const evidence = (check: string, object: string) => of(check, object).evidence;
    expect(evidence('index-unused', '"Odd schema"."unused ""one"""')).toMatchObject({ scans: 0, servers: 1 });
    expect(evidence('index-duplicate', '"Odd schema".twin')).toMatchObject({
      covered_by: '"Odd schema".wide',
    });
    expect(
      evidence('foreign-key-without-index', '"Odd schema".children "children_the parent_fkey"'),
    ).toMatchObject({
      rows: 20_000,
      bound_rows: 10_000,
      referenced_deletes: 100,
      columns: 'the parent',
      referenced_table: '"Odd schema".parents',
    });
    expect(evidence('sequential-scans', '"Odd schema".scanned')).toMatchObject({
      sequential_scans: 3,
      rows_per_scan: 20_000,
    });
    expect(evidence('dead-tuples', '"Odd schema".held')).toMatchObject({
      dead_rows: 20_000,
      autovacuum_trigger_rows: 4050,
      bound_dead_rows: 10_000,
      oldest_holder: expect.stringMatching(/^session \d+ \(the holder\)$/) as string,
    });
    expect(of('sequence-exhaustion', '"Odd schema".counted_id_seq')).toMatchObject({
      severity: 'critical',
      evidence: { used_ratio: 0.9313, left_values: 147_483_647, column_type: 'integer' },
    });
    expect(evidence('sequence-exhaustion', '"Odd schema".borrowed')).toMatchObject({
      end: '32767',
      table: '"Odd schema".narrow',
    });
    expect(of('wraparound', '"Odd schema".aged')).toMatchObject({
      severity: 'warning',
      evidence: { bound_age_transactions: 120_000 },
    });
    expect(evidence('wraparound', '"Odd schema".aged').age_transactions).toBeGreaterThan(125_000);
    const disk = of('disk-full', '');
    expect(disk.severity).toBe('critical');
    expect(disk.evidence).toMatchObject({ free_bytes: 5 * KIB ** 3, bound_days_left: 30, sureness: 'high' });
    expect(Math.abs(Number(disk.evidence.days_left) - 5)).toBeLessThan(0.2);
    for (const check of ['index-bloat', 'table-bloat']) {
      const [one] = found.findings.filter((finding) => finding.check === check);
      expect(Number(one?.evidence.wasted_ratio)).toBeGreaterThan(0.8);
      expect(one?.evidence.source).toBe('estimate');
    }
  });

  it('is asked of the planner where hypopg is there', async () => {
    const [available] = await database.query(`SELECT FROM pg_available_extensions WHERE name = 'hypopg'`);
    const key = () => lookAt(world, [new ForeignKeyWithoutIndexCheck(world.own.database)]);
    if (available === undefined) {
      expect(found.limits).toEqual([expect.stringContaining('CREATE EXTENSION hypopg')]);
      return;
    }
    await database.query('CREATE EXTENSION hypopg SCHEMA "Odd schema"');
    const { findings, limits } = await key();
    await database.query('DROP EXTENSION hypopg');
    expect(limits).toEqual([]);
    const [evidence] = findings.map((finding) => finding.evidence);
    expect(evidence).toMatchObject({ planner_takes_index: true });
    expect(Number(evidence?.cost_with)).toBeLessThan(Number(evidence?.cost_without) / 5);
  });

  it.each(['monitor', 'plain'] as const)(
    'a %s role is told the same, and what it is not shown',
    async (role) => {
      const other = await openWorld(database, role);
      try {
        const { names, limits, findings } = await lookAt(other);
        const hidden = /^(sequence-exhaustion|index-bloat|table-bloat)/;
        expect(names).toEqual(expected.filter((name) => !hidden.test(name)));
        expect(
          limits.filter((limit) => limit.includes('GRANT SELECT ON SEQUENCE "Odd schema".')),
        ).toHaveLength(1);
        expect(limits.filter((limit) => limit.includes('GRANT SELECT on them'))).not.toHaveLength(0);
        const isMonitor = role === 'monitor';
        expect(limits.some((limit) => limit.includes('GRANT pg_monitor TO'))).toBe(!isMonitor);
        const dead = findings.find(({ check }) => check === 'dead-tuples');
        expect(dead?.evidence.oldest_holder === null).toBe(!isMonitor);
      } finally {
        await closeWorld(other);
      }
    },
  );

  it('what was counted goes on over a reset, and nothing is counted twice', async () => {
    expect(await counted('table_sequential_scans', '"Odd schema".scanned')).toEqual([3]);
    await database.query('SELECT pg_stat_reset()');
    await scan(2);
    await collector.collect(world.session);
    expect(await counted('table_sequential_scans', '"Odd schema".scanned')).toEqual([3, 2]);
    expect(await counted('table_sequential_rows', '"Odd schema".scanned')).toEqual([60_000, 40_000]);
    const [size] = await database.query<{ size: number }>(
      `SELECT pg_relation_size('"Odd schema".wide')::float8 AS size`,
    );
    expect(await counted('index_size_bytes', '"Odd schema".wide')).toEqual(Array(3).fill(size?.size));
    const [burnt] = await counted('transaction_ids', '');
    expect(burnt).toBeGreaterThan(125_000);
    // Another instance that has become leader looks again no sooner.
    await new ObjectsCollector().collect(world.session);
    expect(await counted('database_size_bytes', '')).toHaveLength(3);
  });

  it('is looked at without waiting for a lock', async () => {
    const locker = await openSession(database.url);
    await locker.run('BEGIN; LOCK TABLE "Odd schema".scanned IN ACCESS EXCLUSIVE MODE');
    await collector.collect(world.session);
    await lookAt(world);
    await locker.run('ROLLBACK');
    await locker.close();
    expect(await counted('table_size_bytes', '"Odd schema".scanned')).toHaveLength(3);
    expect(await counted('table_size_bytes', '"Odd schema"."Planted"')).toHaveLength(4);
  });

  it('what is held stays found after the fix, until the holder ends; then each fix makes its finding go away', async () => {
    const isCare = ({ check }: { check: string }) => check === 'dead-tuples' || check === 'wraparound';
    const care = found.findings.filter(isCare);
    // The counters were reset since.
    await makeDead();
    for (const { fixSql } of care) await database.query(fixSql ?? '');
    expect((await lookAt(world)).findings.filter(isCare).map(({ object }) => object)).toEqual(
      care.map(({ object }) => object),
    );
    await holder.query('ROLLBACK');
    for (const { fixSql } of found.findings) if (fixSql !== null) await database.query(fixSql);
    await database.query('VACUUM (FULL, ANALYZE) "Odd schema".bloated');
    await database.query(`
      ALTER TABLE "Odd schema".counted ALTER id TYPE bigint;
      ALTER TABLE "Odd schema".narrow ALTER n TYPE bigint;
      DELETE FROM ethhook_admin_samples WHERE series = 'disk_free_bytes' AND value > 6e9`);
    const { findings } = await lookAt(world);
    for (const { fixSql } of findings.filter(({ check }) => check === 'sequence-exhaustion'))
      await database.query(fixSql ?? '');
    const left = (await lookAt(world)).names;
    expect(left.filter((name) => !/^(sequential-scans|index-unused)/.test(name))).toEqual([]);
    expect(left).not.toContain('index-unused: "Odd schema"."unused ""one"""');
  });

  it('nobody counts, and the disk cannot be seen: that is said too', async () => {
    await world.session.run('SET track_counts = off');
    await database.query(`DELETE FROM ethhook_admin_samples WHERE series = 'disk_free_bytes'`);
    const { names, limits } = await lookAt(world, [new AutovacuumOffCheck(), new DiskFullCheck()]);
    await world.session.run('RESET track_counts');
    expect(names).toEqual(['autovacuum-off: track_counts']);
    expect(limits).toEqual([expect.stringContaining('the free disk is not known')]);
  });
});

describe('of a healthy database with demo data', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await seedDemoData(database.url, {
      events: 3000,
      users: 4,
      days: 3,
      seed: 5,
      until: new Date(),
      emailDomain: 'healthy.example.com',
      password: 'a-password',
    });
  });
  afterAll(() => database.drop());

  it.each(roles)('a %s role finds nothing', async (role) => {
    const world = await openWorld(database, role);
    try {
      if (role === 'superuser') await new ObjectsCollector().collect(world.session);
      const bloat = new BloatService(world.own.database);
      const checks = objectChecks({ database: world.own.database, evidence: evidenceOf(world), bloat });
      expect((await lookAt(world, checks)).findings).toEqual([]);
      expect(new Set(checks.map(({ name }) => name)).size).toBe(13);
    } finally {
      await closeWorld(world);
    }
  });
});
