import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { ActivityCollector } from '../../src/modules/monitoring/activity/activity.collector.js';
import { activityChecks } from '../../src/modules/monitoring/activity/checks/activity-checks.js';
import { ReplicasReads } from '../../src/modules/monitoring/activity/replicas.reads.js';
import { connectionsSchema } from '../../src/modules/monitoring/activity/dto/connections.dto.js';
import { locksSchema } from '../../src/modules/monitoring/activity/dto/locks.dto.js';
import { progressSchema } from '../../src/modules/monitoring/activity/dto/progress.dto.js';
import { replicationSchema } from '../../src/modules/monitoring/activity/dto/replication.dto.js';
import { sessionsSchema } from '../../src/modules/monitoring/activity/dto/sessions.dto.js';
import { trendsSchema } from '../../src/modules/monitoring/activity/dto/trends.dto.js';
import { walSchema } from '../../src/modules/monitoring/activity/dto/wal.dto.js';
import {
  asLeader,
  openRoles,
  openVictim,
  runCheck,
  type Roles,
  type Victim,
} from '../support/activity-world.js';
import { becomes } from '../support/leader-tasks.js';
import { openDatabase } from '../support/own-database.js';
import type { OwnSession } from '../support/own-session.js';
import type { Replica } from '../support/replica.js';
import { startReplicatedWorld, type ReplicatedWorld } from '../support/replicated-world.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);

const MIB = 1024 * 1024;
const base = '/admin/monitoring/activity';

let world: ReplicatedWorld;
let replica: Replica;
let app: TestApp;
let admin: string;
let roles: Roles;
let victims: Victim[] = [];

beforeAll(async () => {
  Logger.overrideLogger(false);
  world = await startReplicatedWorld(['twin'], ({ query }) => createSmallWorld(query), {
    max_connections: '40',
    max_prepared_transactions: '5',
    shared_buffers: '2MB',
  });
  [replica] = world.replicas as [Replica];
  roles = await openRoles(world.server.url);
  app = await startTestApp(world.server.url, { DATABASE_REPLICA_URLS: replica.url, DATABASE_POOL_MAX: '4' });
  admin = await app.login('admin@example.com', password);
});
afterEach(async () => {
  await Promise.all(victims.map((victim) => victim.close()));
  victims = [];
});
afterAll(async () => {
  await app.close();
  for (const { close } of [roles.plain, roles.monitor, roles.superuser]) await close();
  await world.remove();
});

const victim = async (application: string) => {
  const opened = await openVictim(world.server.url, application);
  victims.push(opened);
  return opened;
};
const get = async (path: string) => {
  const { status, body } = await app.get(base + path, admin);
  expect({ path, status, body }).toMatchObject({ status: 200 });
  return body as unknown;
};
const waitsForLock = ({ pid }: Victim) =>
  becomes(`${pid} waits for a lock`, async () => {
    const rows = await world.query('SELECT FROM pg_locks WHERE pid = $1 AND NOT granted', [pid]);
    return rows.length > 0;
  });
/** A session tells what it has counted once a second, at the end of a transaction; 14's collector writes it down later. */
async function told(session: OwnSession): Promise<void> {
  await sleep(1100);
  await session.run('SELECT 1');
  await sleep(600);
}
const everyone = () =>
  Object.entries({ superuser: roles.superuser, monitor: roles.monitor, plain: roles.plain });

it('finds nothing on a healthy server, and says to a plain role what it is not shown', async () => {
  await replica.caughtUp();
  const replicas = { states: () => Promise.resolve([]) };
  for (const [role, session] of everyone())
    for (const check of activityChecks({ replicas })) {
      const { findings, limits } = await check.find(session);
      expect({ role, check: check.name, findings }).toEqual({ role, check: check.name, findings: [] });
      if (role !== 'plain') expect(limits).toEqual([]);
      for (const limit of limits) expect(limit).toMatch(/GRANT pg_monitor TO plain;$/);
    }
  for (const name of [
    'blocked-sessions',
    'idle-in-transaction',
    'long-transaction',
    'xmin-held',
    'lagging-replica',
  ])
    expect((await runCheck(roles.plain, name)).limits).toHaveLength(1);
});

describe('sessions that wait for each other', () => {
  it('are a tree: a queued ALTER holds up plain SELECTs; a prepared transaction has no pid; the fix frees them', async () => {
    const [writer, alter, reader, other, late] = [
      await victim('writer'),
      await victim('alter'),
      await victim('reader'),
      await victim('reader 2'),
      await victim('late'),
    ] as const;
    await writer.run(`BEGIN; UPDATE endpoints SET name = 'a secret' WHERE id = '${ids.aliceMain}'`);
    const altered = alter.start('ALTER TABLE endpoints ADD COLUMN planted int');
    await waitsForLock(alter);
    const read = [reader.start('SELECT count(*) FROM endpoints')];
    await waitsForLock(reader);
    read.push(other.start("SELECT 'secret too' FROM endpoints"));
    await waitsForLock(other);
    const preparer = await victim('preparer');
    await preparer.run(
      `BEGIN; UPDATE applications SET name = 'p' WHERE id = '${ids.bobApp}'; PREPARE TRANSACTION 'it''s left'`,
    );
    const blocked = late.start(`UPDATE applications SET name = 'q' WHERE id = '${ids.bobApp}'`);
    await waitsForLock(late);

    const answer = locksSchema.parse(await get('/locks'));
    expect(answer.waiting).toBe(4);
    expect(
      answer.nodes.map(({ depth, pid, prepared_transaction }) => [depth, prepared_transaction ?? pid]),
    ).toEqual([
      [0, writer.pid],
      [1, alter.pid],
      [2, reader.pid],
      [2, other.pid],
      [0, "it's left"],
      [1, late.pid],
    ]);
    expect(answer.nodes.map(({ blocks }) => blocks)).toEqual([3, 2, 0, 0, 1, 0]);
    expect(answer.nodes[1]?.wait).toMatchObject({
      mode: 'AccessExclusiveLock',
      relation: 'endpoints',
      blocked_by: [{ pid: writer.pid, modes: ['RowExclusiveLock'] }],
    });
    expect(answer.nodes[2]?.wait).toMatchObject({
      mode: 'AccessShareLock',
      blocked_by: [{ pid: alter.pid, modes: [] }],
    });
    expect(answer.nodes[5]?.wait).toMatchObject({
      relation: 'applications',
      blocked_by: [{ pid: null, prepared_transaction: "it's left", modes: ['ExclusiveLock'] }],
    });
    expect(answer.nodes[0]?.session).toMatchObject({ application: 'writer', state: 'idle in transaction' });
    expect(JSON.stringify(answer)).not.toContain('secret');

    for (const [role, session] of everyone()) {
      const { findings, limits } = await runCheck(session, 'blocked-sessions', { lockWaitSeconds: 0 });
      expect(findings.map(({ evidence }) => evidence.blocked_sessions)).toEqual([3, 1]);
      expect(limits).toHaveLength(role === 'plain' ? 1 : 0);
      if (role === 'plain') expect(findings[0]?.fixSql).toBeNull();
    }
    expect((await runCheck(roles.superuser, 'blocked-sessions', { lockWaitSeconds: 30 })).findings).toEqual(
      [],
    );
    const { findings } = await runCheck(roles.superuser, 'blocked-sessions', { lockWaitSeconds: 0 });
    expect(findings[0]?.evidence.chain).toMatch(
      new RegExp(`^> ${alter.pid} waits \\d+ s for AccessExclusiveLock on endpoints; > > ${reader.pid} `),
    );
    expect(findings[0]?.advice).toContain(`${alter.pid} waits for an exclusive lock`);
    for (const { fixSql } of findings) await roles.superuser.run(fixSql ?? '');
    expect(await Promise.all([altered, ...read, blocked])).toEqual([null, null, null, null]);
    await becomes('nobody waits', async () => locksSchema.parse(await get('/locks')).waiting === 0);
    await world.query('ALTER TABLE endpoints DROP COLUMN planted');
  });
});

describe('sessions that stay in a transaction', () => {
  it('are listed and found, idle or at work, with a fix that ends that very session', async () => {
    const [idle, busy] = [await victim('forgetful'), await victim('report')];
    await idle.run('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM users');
    const busily = busy.start('SELECT pg_sleep(60)');
    for (let count = 0; count < 30; count++) await world.query('SELECT pg_current_xact_id()');
    await sleep(300);
    const listed = sessionsSchema.parse(
      await get('/sessions?transaction_seconds=0&idle_in_transaction_seconds=0'),
    );
    expect(listed.sessions.slice(0, 2)).toMatchObject([
      {
        pid: idle.pid,
        is_idle_in_transaction: true,
        query: 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM users',
      },
      {
        pid: busy.pid,
        is_idle_in_transaction: false,
        is_long_transaction: true,
        query: 'SELECT pg_sleep(?)',
      },
    ]);
    expect(sessionsSchema.parse(await get('/sessions')).total).toBe(0);

    for (const session of [roles.superuser, roles.monitor]) {
      const bounds = { idleInTransactionSeconds: 0.2, longTransactionSeconds: 0.2, xminAge: 25 };
      const found = async (name: string) => (await runCheck(session, name, bounds)).findings;
      expect((await found('idle-in-transaction')).map(({ title }) => title)).toEqual([
        expect.stringContaining(`pid ${idle.pid} (user postgres, application "forgetful")`),
      ]);
      expect((await found('long-transaction')).map(({ title }) => title)).toEqual([
        expect.stringContaining(`application "report"`),
      ]);
      // The one at work has taken its snapshot before the others came, too.
      const held = await found('xmin-held');
      expect(held.map(({ object }) => object)).toContainEqual(
        expect.stringContaining(`session ${idle.pid} of `),
      );
      expect(Number(held[0]?.evidence.xmin_age_transactions)).toBeGreaterThanOrEqual(30);
    }
    const [finding] = (
      await runCheck(roles.superuser, 'idle-in-transaction', { idleInTransactionSeconds: 0 })
    ).findings;
    const another = finding?.fixSql?.replace(/backend_start = '\d{4}/, "backend_start = '1999") ?? '';
    expect(await roles.superuser.run(another)).toEqual([]);
    await roles.superuser.run(finding?.fixSql ?? '');
    await expect(idle.run('SELECT 1')).rejects.toThrow();
    await world.query('SELECT pg_cancel_backend($1)', [busy.pid]);
    expect(await busily).toBe('57014');
  });
});

it('shows how far commands are: copies, builds, VACUUM', async () => {
  await world.query('CREATE TABLE built (id int); INSERT INTO built SELECT generate_series(1, 5000)');
  const [holder, copier, builder, cleaner] = [
    await victim('holder'),
    await victim('copier'),
    await victim('builder'),
    await victim('cleaner'),
  ];
  await holder.run('BEGIN; LOCK TABLE built IN ROW EXCLUSIVE MODE');
  const running = [
    copier.start("COPY (SELECT pg_sleep(60)) TO '/dev/null'"),
    builder.start('CREATE INDEX CONCURRENTLY built_id ON built (id)'),
    cleaner.start('SET vacuum_cost_delay = 100; SET vacuum_cost_limit = 1'),
  ];
  await running[2];
  await world.query(
    "INSERT INTO users (email, password_hash) SELECT i || '@bulk.example.com', repeat('x', 60) FROM generate_series(1, 20000) i",
  );
  const vacuumed = cleaner.start('VACUUM users');
  let commands: unknown[] = [];
  await becomes('all are seen', async () => {
    ({ commands } = progressSchema.parse(await get('/progress')));
    return commands.length >= 3;
  });
  expect(commands).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ command: 'COPY', pid: copier.pid, application: 'copier', unit: 'bytes' }),
      expect.objectContaining({
        command: 'CREATE INDEX',
        pid: builder.pid,
        relation: expect.stringMatching(/^built/),
      }),
      expect.objectContaining({
        command: 'VACUUM',
        pid: cleaner.pid,
        relation: 'users',
        total: expect.any(Number),
      }),
    ]),
  );
  await world.query('SELECT pg_cancel_backend(pid) FROM unnest($1::int[]) pid', [
    [copier, builder, cleaner].map(({ pid }) => pid),
  ]);
  await Promise.all([...running, vacuumed]);
  await holder.run('ROLLBACK');
});

it('compares connections with what there may be, and finds few left', async () => {
  const before = connectionsSchema.parse(await get('/connections'));
  expect(before).toMatchObject({
    max_connections: 40,
    superuser_reserved_connections: 3,
    available_connections: 37,
    limits: [],
  });
  expect(before.pools.map(({ pool }) => pool)).toEqual(['read', 'write', 'replica_1']);
  expect(before.pools[0]).toMatchObject({ max: 4 });
  const counted = before.groups.reduce((sum, { count }) => sum + count, 0);
  expect(Math.abs(counted - before.used)).toBeLessThanOrEqual(1);
  while (connectionsSchema.parse(await get('/connections')).used < 31) await victim('crowd');
  for (const [, session] of everyone()) {
    const [finding] = (await runCheck(session, 'connections-near-limit')).findings;
    expect(finding).toMatchObject({ severity: 'warning', evidence: { available: 37, bound_ratio: 0.8 } });
    expect(Number(finding?.evidence.used)).toBeGreaterThanOrEqual(30);
    expect(finding?.evidence.largest_group).toContain('"crowd"');
  }
});

describe('replication', () => {
  it('is told as the primary and as the replica see it; a paused one lags, and no more when it goes on', async () => {
    const own = openDatabase(world.server.url);
    const ours = new ReplicasReads(own.sessions, [replica.url]);
    const away = new ReplicasReads(own.sessions, ['postgres://nobody@127.0.0.1:1/postgres']);
    await replica.pauseReplay();
    await world.query(
      `CREATE TABLE bulk AS SELECT i, repeat('x', 500) AS text FROM generate_series(1, 12000) i`,
    );
    const bounds = { replicaLagBytes: 4 * MIB };
    const lagging = async () => (await runCheck(roles.monitor, 'lagging-replica', bounds, ours)).findings;
    await becomes('it is seen to lag', async () =>
      (await lagging()).some(({ object }) => object === 'standby twin'),
    );
    const [finding] = await lagging();
    expect(finding).toMatchObject({ evidence: { bound_bytes: 4 * MIB, state: 'streaming' } });
    expect(finding?.advice).toContain('pg_wal_replay_resume');
    // A plain role is told by the replica itself.
    const [byReplica] = (await runCheck(roles.plain, 'lagging-replica', bounds, ours)).findings;
    expect(byReplica).toMatchObject({
      object: `replica ${new URL(replica.url).host}`,
      evidence: { replay_paused: true },
    });
    expect((await runCheck(roles.superuser, 'lagging-replica', {}, away)).findings).toMatchObject([
      { object: 'replica 127.0.0.1:1', evidence: { answers: false } },
    ]);
    const answer = replicationSchema.parse(await get('/replication'));
    expect(answer.standbys).toMatchObject([{ application: 'twin', state: 'streaming' }]);
    expect(answer.standbys[0]?.replay_lag_bytes).toBeGreaterThan(4 * MIB);
    expect(answer.replicas).toMatchObject([{ answers: true, in_recovery: true, replay_paused: true }]);
    expect(answer.replicas[0]?.lag_bytes).toBeGreaterThan(4 * MIB);
    expect(answer.slots).toMatchObject([{ slot: 'twin', active: true, wal_status: 'reserved' }]);
    await replica.resumeReplay();
    await replica.caughtUp();
    await becomes('it lags no more', async () => (await lagging()).length === 0);
    await own.close();
  });

  it('has slots that nobody uses, and a fix that drops them', async () => {
    await world
      .query(`SELECT pg_create_physical_replication_slot('forgot''ten', true)`)
      .catch(() => undefined);
    await world.query(`SELECT pg_create_physical_replication_slot('forgotten', true)`);
    await world.query(
      `CREATE TABLE more AS SELECT i, repeat('x', 500) AS text FROM generate_series(1, 6000) i`,
    );
    expect((await runCheck(roles.superuser, 'inactive-slot')).findings).toEqual([]);
    for (const [, session] of everyone()) {
      const { findings } = await runCheck(session, 'inactive-slot', { slotRetainedBytes: 2 * MIB });
      expect(findings).toMatchObject([
        {
          object: 'replication slot forgotten',
          severity: 'critical',
          evidence: { active: false, bound_bytes: 2 * MIB },
        },
      ]);
      expect(Number(findings[0]?.evidence.retained_bytes)).toBeGreaterThan(2 * MIB);
    }
    const [finding] = (await runCheck(roles.superuser, 'inactive-slot', { slotRetainedBytes: 2 * MIB }))
      .findings;
    await roles.superuser.run((finding?.fixSql ?? '').replace('forgotten', 'twin'));
    await roles.superuser.run(finding?.fixSql ?? '');
    expect(replicationSchema.parse(await get('/replication')).slots.map(({ slot }) => slot)).toEqual([
      'twin',
    ]);
  });
});

describe('what is sampled', () => {
  it('shows cache hits, checkpoints, the use of the machine: as trends, and to checks', async () => {
    const session = roles.superuser;
    const collector = new ActivityCollector({ cpus: undefined });
    const collect = () => collector.collect(asLeader(session));
    await session.run(
      `CREATE TABLE wide AS SELECT i, repeat('x', 1000) AS text FROM generate_series(1, 20000) i`,
    );
    await collect();
    await session.run(
      `DO $$ BEGIN FOR i IN 1..60000 LOOP PERFORM FROM users WHERE id = '${ids.alice}'; END LOOP; END $$`,
    );
    await told(session);
    await collect();
    expect((await runCheck(session, 'low-cache-hit', { hitMinReadBlocks: 0 })).findings).toEqual([]);

    await session.run('DELETE FROM ethhook_admin_samples');
    for (let count = 0; count < 5; count++) await session.run('SELECT sum(i) FROM wide');
    for (let count = 0; count < 4; count++) await session.run('CHECKPOINT');
    await told(session);
    await collect();
    const bounds = { hitMinReadBlocks: 2000 };
    for (const [, role] of everyone()) {
      expect((await runCheck(role, 'low-cache-hit', bounds)).findings).toMatchObject([
        { evidence: { bound_ratio: 0.95, shared_buffers_bytes: 2 * MIB }, action: { job: 'apply-setting' } },
      ]);
      expect((await runCheck(role, 'checkpoints-requested')).findings).toMatchObject([
        { evidence: { requested: 4, timed: 0 }, fixSql: expect.stringContaining('max_wal_size') },
      ]);
    }
    expect((await runCheck(session, 'low-cache-hit')).findings).toEqual([]);
    const names =
      'database_cache_hit_ratio,database_cpu_ratio,database_memory_bytes,server_connections,standby_lag_bytes';
    const { trends, limits } = trendsSchema.parse(await get(`/trends?series=${names}`));
    expect(limits).toEqual([]);
    const newest = (series: string, object = '') =>
      trends.find((trend) => trend.series === series && trend.object === object)?.points.at(-1);
    expect(newest('database_cache_hit_ratio')?.minimum).toBeLessThan(0.95);
    expect(newest('database_cpu_ratio')?.maximum).toBeGreaterThan(0);
    expect(newest('database_cpu_ratio')?.maximum).toBeLessThan(1.1);
    expect(newest('database_memory_bytes')?.average).toBeGreaterThan(4 * MIB);
    expect(newest('server_connections', 'idle')?.maximum).toBeGreaterThan(1);
    expect(newest('standby_lag_bytes', 'twin')).toBeDefined();
    const wal = walSchema.parse(await get('/wal'));
    expect(wal.checkpoints.requested).toBeGreaterThanOrEqual(4);
    expect(wal.checkpoints.max_wal_bytes).toBeGreaterThan(64 * MIB);
    expect(wal.wal.bytes).toBeGreaterThan(10 * MIB);
    expect(wal.wal.writes).toBeGreaterThan(0);

    await session.run('SELECT pg_stat_reset()');
    await collect();
    const [lowest] = await session.run<{ value: number }>(
      'SELECT min(value) AS value FROM ethhook_admin_samples',
    );
    expect(lowest?.value).toBeGreaterThanOrEqual(0);
  });

  it('is summed up by intervals: of one object and all, weighted where it is a ratio', async () => {
    await world.query('DELETE FROM ethhook_admin_samples');
    await world.query(`
      INSERT INTO ethhook_admin_samples (series, object, at, value)
      SELECT 'slot_retained_bytes', object, TIMESTAMPTZ '2026-01-01 00:00Z' + minute * INTERVAL '1 minute', minute * weight
        FROM generate_series(0, 9) minute, (VALUES ('a', 1), ('b', 100)) o (object, weight)
      UNION ALL SELECT 'database_cache_hit_blocks', '', TIMESTAMPTZ '2026-01-01 00:00Z' + m * INTERVAL '1 minute', h FROM (VALUES (0, 900), (1, 0), (6, 0)) v (m, h)
      UNION ALL SELECT 'database_cache_read_blocks', '', TIMESTAMPTZ '2026-01-01 00:00Z' + m * INTERVAL '1 minute', r FROM (VALUES (0, 0), (1, 100), (6, 0)) v (m, r)`);
    const range = 'from=2026-01-01T00:00:00Z&until=2026-01-01T00:10:00Z&points=2';
    const answer = trendsSchema.parse(
      await get(`/trends?series=slot_retained_bytes,database_cache_hit_ratio,database_cpu_ratio&${range}`),
    );
    expect(answer).toMatchObject({ from: '2026-01-01T00:00:00.000Z', step_seconds: 300 });
    const at = ['2026-01-01T00:00:00Z', '2026-01-01T00:05:00Z'];
    expect(answer.trends).toEqual([
      {
        series: 'slot_retained_bytes',
        object: 'a',
        points: [
          { at: at[0], average: 2, minimum: 0, maximum: 4 },
          { at: at[1], average: 7, minimum: 5, maximum: 9 },
        ],
      },
      {
        series: 'slot_retained_bytes',
        object: 'b',
        points: [
          { at: at[0], average: 200, minimum: 0, maximum: 400 },
          { at: at[1], average: 700, minimum: 500, maximum: 900 },
        ],
      },
      {
        series: 'database_cache_hit_ratio',
        object: '',
        points: [{ at: at[0], average: 0.9, minimum: 0, maximum: 1 }],
      },
    ]);
    expect(answer.limits).toEqual([
      expect.stringMatching(/^database_cpu_ratio was not sampled: .* server_sessions_on_cpu$/),
    ]);
    for (const [query, field] of [
      ['series=nothing', 'series'],
      ['series=server_connections&from=2026-01-02&until=2026-01-02', 'until'],
      ['series=server_connections&points=501', 'points'],
      ['series=server_connections&step=1', 'step'],
    ])
      expect(await app.get(`${base}/trends?${query}`, admin)).toMatchObject({ status: 400, body: { field } });
  });
});
