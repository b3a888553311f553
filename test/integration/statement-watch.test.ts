import pg from 'pg';
import { StatementErrors } from '../../src/kernel/database/statement-errors.js';
import { sql } from '../../src/kernel/database/sql.js';
import { Wire } from '../../src/kernel/database/wire.js';
import { Metrics } from '../../src/kernel/telemetry/metrics.js';
import type { Finding } from '../../src/modules/monitoring/checks/check.js';
import { GenericPlanReads } from '../../src/modules/monitoring/statements/generic-plan.reads.js';
import { PlansCollector } from '../../src/modules/monitoring/statements/plans.collector.js';
import { sourceOf } from '../../src/modules/monitoring/statements/statement-source.js';
import { statementsChecks } from '../../src/modules/monitoring/statements/statements-checks.js';
import { StatementsCollector } from '../../src/modules/monitoring/statements/statements.collector.js';
import { StatementsReadModel } from '../../src/modules/monitoring/statements/statements.read-model.js';
import { StatementsRepository } from '../../src/modules/monitoring/statements/statements.repository.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let session: OwnSession;
beforeEach(async () => {
  database = await createTestDatabase();
  session = await openSession(database.url);
});
afterEach(async () => {
  await session.close();
  await database.drop();
});

const turn = (on: OwnSession = session) => new StatementsCollector().collect(on);
const reads = (on: OwnSession = session) => new StatementsReadModel(on);
const everything = { from: '-infinity', until: 'infinity', queryid: null, limit: 100 } as const;
const ranked = () => reads().ranked({ ...everything, order: 'total', minMeanMs: 0 });

/** What each check has found, by its name; without what the statements of other suites push out of the server's memory. */
async function findings(): Promise<Record<string, readonly Finding[]>> {
  const found: Record<string, readonly Finding[]> = {};
  for (const check of statementsChecks().filter(({ name }) => name !== 'statements-evicted')) {
    const result = await check.find(session);
    if (result.findings.length > 0) found[check.name] = result.findings;
  }
  return found;
}

/** As if all that is known had been two hours ago. */
async function twoHoursPass(): Promise<void> {
  for (const table of ['deltas', 'turns'])
    await session.run(`UPDATE ethhook_admin_statement_${table} SET at = at - interval '2 hours'`);
  await session.run(`UPDATE ethhook_admin_statements SET first_seen_at = first_seen_at - interval '2 hours'`);
}

it('finds what is slow, what has become slower with the index that went, and its plan; nothing before', async () => {
  await session.run(
    `CREATE TABLE big AS SELECT n AS id, n % 50000 AS v, repeat('x', 100) AS filler FROM generate_series(1, 400000) n`,
  );
  await session.run('SET max_parallel_workers_per_gather = 0');
  await session.run('CREATE INDEX big_v_idx ON big (v)');
  await session.run('VACUUM ANALYZE big');
  const ask = async () => {
    for (let call = 0; call < 25; call++)
      await session.run(`SELECT /* test.ask-big */ count(b.filler) FROM big b WHERE b.v = ${call}`);
  };
  await turn();
  await ask();
  await turn();
  await new PlansCollector().collect(session);
  await new PlansCollector().collect(session);
  expect(await findings()).toEqual({});

  await twoHoursPass();
  await session.run('DROP INDEX big_v_idx');
  await ask();
  await session.run('SELECT /* dozy */ pg_sleep(1.05)');
  await turn();
  await new PlansCollector().collect(session);
  const asked = (await ranked()).find(({ label }) => label === 'test.ask-big');
  const dozy = (await ranked()).find(({ text }) => text?.includes('/* dozy */'));
  expect(asked).toMatchObject({ calls: 50, rows: 50, isToplevel: true });
  expect(dozy).toMatchObject({ calls: 1, meanMs: dozy?.maxMs });

  const {
    'slow-statement': slow,
    'regressed-statement': regressed,
    'plan-change': plans,
    ...others
  } = await findings();
  expect(others).toEqual({});
  expect(slow).toMatchObject([{ object: dozy?.queryid, severity: 'warning', evidence: { calls: 1 } }]);
  expect(regressed).toMatchObject([
    {
      object: asked?.queryid,
      evidence: { label: 'test.ask-big', calls: 25, baseline_calls: 25, lost_indexes: 'public.big_v_idx' },
    },
  ]);
  expect(regressed?.[0]?.evidence['ratio']).toBeGreaterThan(2);
  // The collector's own statements are hot here, and their tables grow from nothing.
  expect(plans?.filter(({ object }) => object === asked?.queryid)).toMatchObject([
    { object: asked?.queryid, severity: 'warning', evidence: { lost_indexes: 'public.big_v_idx' } },
  ]);
  const [now, ...before] = await reads().plans({
    ...everything,
    queryid: asked?.queryid ?? '',
    changesOnly: false,
  });
  expect([now?.indexes, before.map(({ indexes }) => indexes)]).toEqual([[], [['public.big_v_idx']]]);

  const [{ from } = { from: '' }] = await session.run<{ from: string }>(
    `SELECT now() - interval '1 hour' AS from`,
  );
  const fresh = await reads().fresh({ from, until: 'infinity', limit: 100 });
  expect(fresh.map(({ queryid }) => queryid)).toContain(dozy?.queryid);
  expect(fresh.map(({ queryid }) => queryid)).not.toContain(asked?.queryid);
  const series = await reads().series({
    ...{ from, until: 'infinity', queryid: asked?.queryid ?? '', stepSeconds: 300 },
  });
  expect(series.map(({ calls }) => calls)).toEqual([25]);
});

it('adds the hours that are over up once, and answers from them what the turns have forgotten', async () => {
  await turn();
  for (let call = 0; call < 7; call++) await session.run('SELECT /* hourly */ 1');
  await turn();
  await twoHoursPass();
  const sumOf = async () => (await ranked()).find(({ text }) => text?.includes('/* hourly */'))?.calls;
  expect(await sumOf()).toBe(0 + 7);
  await session.run(`UPDATE ethhook_admin_statement_deltas SET at = at - interval '4 days'`);
  await turn();
  await turn();
  await session.run(`DELETE FROM ethhook_admin_statement_deltas WHERE at < now() - interval '3 days'`);
  expect(await sumOf()).toBe(7);
});

it('counts time-outs, locks and deadlocks of a real server by label, and finds them', async () => {
  const errors = new StatementErrors(new Metrics());
  const wire = new Wire({ interactive: 60_000, background: 60_000, maintenance: 60_000 }, 'none', errors);
  const clients = [new pg.Client(database.url), new pg.Client(database.url)] as const;
  for (const client of clients) await client.connect();
  const [one, two] = clients;
  await turn();
  await one.query('CREATE TABLE held (id int PRIMARY KEY); INSERT INTO held VALUES (1), (2)');
  await one.query(`SET statement_timeout = 50`);
  for (let call = 0; call < 2; call++)
    await expect(wire.query(one, sql('test.sleep')`SELECT pg_sleep(5)`)).rejects.toMatchObject({
      code: '57014',
    });
  await one.query(`SET statement_timeout = 0; SET lock_timeout = 50; SET deadlock_timeout = '10ms'`);
  const take = (id: number) => sql('test.take')`SELECT h.id FROM held h WHERE h.id = ${id} FOR UPDATE`;
  await two.query('BEGIN; SELECT FROM held WHERE id = 1 FOR UPDATE');
  await expect(wire.query(one, take(1))).rejects.toMatchObject({ code: '55P03' });
  await one.query('SET lock_timeout = 0; BEGIN; SELECT FROM held WHERE id = 2 FOR UPDATE');
  const waiting = wire.query(two, take(2)).catch((error: unknown) => error);
  const other = await wire.query(one, take(1)).catch((error: unknown) => error);
  expect([other, await waiting].filter((one) => one instanceof Error)).toMatchObject([{ code: '40P01' }]);
  for (const client of clients) await client.end();

  for (const half of [errors.take(), errors.take()]) await new StatementsRepository(session).addErrors(half);
  await turn();
  const { from, until, deadlocks } = await reads().coverage({ from: null, until: null, hours: 1 });
  expect(deadlocks).toBe(1);
  const kept = await reads().errors({ from, until, limit: 10 });
  expect(kept.map(({ label, sqlstate, count }) => [label, sqlstate, count])).toEqual([
    ['test.sleep', '57014', 2],
    ['test.take', '40P01', 1],
    ['test.take', '55P03', 1],
  ]);
  expect(await findings()).toMatchObject({
    'query-timeouts': [{ object: 'test.sleep', evidence: { count: 2 } }, { object: 'test.take (lock)' }],
    deadlocks: [{ evidence: { deadlocks: 1, application_deadlocks: 1, labels: 'test.take: 1' } }],
  });
});

it('plans any statement, and never runs one', async () => {
  await session.run(`CREATE TABLE victims AS SELECT n FROM generate_series(1, 10) n`);
  await session.run(
    `CREATE FUNCTION hit() RETURNS int LANGUAGE sql VOLATILE AS 'DELETE FROM victims RETURNING 1'`,
  );
  const plan = (text: string) => new GenericPlanReads(session).plan(text);
  const texts = [
    'DELETE FROM victims v WHERE v.n > $1',
    'INSERT INTO victims SELECT $1::int',
    'UPDATE victims SET n = $1',
    'SELECT hit()',
    'SELECT n INTO others FROM victims',
    'SELECT sum($1), sum($2) + $3 FROM victims',
    'WITH gone AS (DELETE FROM victims RETURNING n) SELECT * FROM gone',
    'SELECT now() - interval $1, v.n FROM victims v WHERE v.n = $2 LIMIT $3',
  ];
  for (const text of texts) expect(await plan(text)).toHaveProperty(['Node Type']);
  const refused = [
    'DROP TABLE victims',
    'SELECT 1; DELETE FROM victims',
    'ANALYZE SELECT hit()',
    'SELECT nothing FROM victims',
  ];
  for (const text of refused)
    await expect(plan(text)).rejects.toMatchObject({ kind: 'conflict', code: 'statement_not_plannable' });
  expect(await session.run('SELECT count(*)::int AS n FROM victims')).toEqual([{ n: 10 }]);
  expect(await session.run(`SELECT to_regclass('others') AS others`)).toEqual([{ others: null }]);
  expect(await session.run(`SELECT FROM pg_prepared_statements WHERE name LIKE 'ethhook%'`)).toEqual([]);

  const [holder] = [new pg.Client(database.url)];
  await holder?.connect();
  await holder?.query('BEGIN; LOCK TABLE victims');
  await expect(plan('SELECT n FROM victims')).rejects.toMatchObject({ code: '55P03' });
  await holder?.end();
});

it('sees what its role may see, says which GRANT is missing, and counts nothing twice when it comes', async () => {
  const role = `watcher_${process.pid}`;
  await session.run(`CREATE ROLE ${role} LOGIN PASSWORD 'secret-of-the-test'`);
  await session.run(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
  await session.run(`GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
  const url = new URL(database.url);
  [url.username, url.password] = [role, 'secret-of-the-test'];
  const watcher = await openSession(url.href);
  const others = () => session.run('SELECT /* of.others */ 1');
  const limits = async () => sourceOf(await reads(watcher).statistics()).limits.join('\n');
  try {
    await others();
    await turn(watcher);
    expect(await limits()).toContain(`GRANT pg_read_all_stats TO "${role}"`);
    await others();
    await turn(watcher);
    expect((await ranked()).map(({ roles }) => roles.join())).toEqual(expect.arrayContaining([role]));
    expect(JSON.stringify(await ranked())).not.toContain('of.others');
    await session.run(`GRANT pg_monitor TO ${role}`);
    await turn(watcher);
    expect(await limits()).not.toContain('GRANT');
    expect(JSON.stringify(await ranked())).not.toContain('of.others');
    for (let call = 0; call < 3; call++) await others();
    await turn(watcher);
    expect((await ranked()).find(({ label }) => label === 'of.others')?.calls).toBe(3);
    const kept = await session.run<{ text: string }>('SELECT text FROM ethhook_admin_statement_texts');
    expect(kept.map(({ text }) => text)).toContain(`CREATE ROLE ${role} LOGIN PASSWORD '…'`);

    await session.run('DROP EXTENSION pg_stat_statements');
    await turn(watcher);
    expect(await limits()).toContain('CREATE EXTENSION pg_stat_statements');
    expect((await statementsChecks()[4]?.find(watcher))?.limits).toHaveLength(1);
  } finally {
    await watcher.close();
    await session.run(`DROP OWNED BY ${role}`);
    await session.run(`DROP ROLE ${role}`);
  }
});
