import { migrations } from '../../src/migrations/index.js';
import { latencyBin } from '../../src/kernel/telemetry/requests/latency-bins.js';
import { evaluate } from '../../src/modules/monitoring/scorecard/evaluate.js';
import { ScorecardReadModel } from '../../src/modules/monitoring/scorecard/scorecard.read-model.js';
import { DeploymentMarker } from '../../src/modules/monitoring/timeline/deployment-marker.js';
import type { EffectDto } from '../../src/modules/monitoring/timeline/dto/effect.dto.js';
import { EffectService } from '../../src/modules/monitoring/timeline/effect.service.js';
import { TimelineReadModel } from '../../src/modules/monitoring/timeline/timeline.read-model.js';
import { StatementsCollector } from '../../src/modules/monitoring/statements/statements.collector.js';
import { sql } from '../../src/kernel/database/sql.js';
import { openDatabase, type OwnDatabase } from '../support/own-database.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(120_000);

/** Looks at pg_stat_statements on each side: two more than the rule needs, for the one that a window begins in. */
const LOOKS = 8;
const CALLS = 6;

let database: TestDatabase;
let own: OwnDatabase;
let session: OwnSession;
const collector = new StatementsCollector();

beforeAll(async () => {
  database = await createTestDatabase();
  own = openDatabase(database.url);
  session = await openSession(database.url);
  await database.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  await database.query(
    'CREATE TABLE things AS SELECT n, md5(n::text) AS name FROM generate_series(1, 60000) n',
  );
  await database.query('CREATE INDEX things_name_idx ON things (name)');
  await database.query('ANALYZE things');
});
afterAll(async () => {
  await session.close();
  await own.close();
  await database.drop();
});

const findThing = (name: string) =>
  sql<{ n: number }>('test.find-thing')`SELECT t.n FROM things t WHERE t.name = ${name}`;
const nap = () => sql<object>('test.nap')`SELECT pg_sleep(0.004)`;

async function oneSide(): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    for (let call = 0; call < CALLS; call++) {
      await session.query(findThing(`${look} ${call}`));
      await session.query(nap());
    }
    await collector.collect(session);
  }
}

it('has each migration, setting, run and start of a version as a mark, and small or frequent runs not', async () => {
  await database.query(
    `INSERT INTO ethhook_admin_setting_changes (target, setting, value_before, value_after, reason, changed_at, verified_at, reverted_at)
     VALUES ('server', 'work_mem', '4MB', '16MB', 'r', now() - INTERVAL '3 hours', now(), now() - INTERVAL '1 hour'),
            ('server', 'jit', 'on', 'off', 'never verified', now() - INTERVAL '3 hours', NULL, NULL)`,
  );
  await database.query(
    `INSERT INTO ethhook_admin_job_runs (job, state, rows, is_dry_run, started_at, finished_at)
     VALUES ('vacuum', 'succeeded', 3, false, now() - INTERVAL '10 minutes', now()), ('vacuum', 'succeeded', 0, false, now(), now()),
            ('vacuum', 'succeeded', 9, true, now(), now()), ('vacuum', 'failed', 9, false, now(), now()),
            ('refresh-recent-stats', 'succeeded', 9, false, now(), now())`,
  );
  const versions = ['1.0.0', '1.0.0', '1.1.0'].map(
    (version) => new DeploymentMarker(own.database, { build: { version, commit: 'abc' } }),
  );
  await Promise.all(versions.map((marker) => marker.onApplicationBootstrap()));
  const marks = await new TimelineReadModel(session).list({
    ...{ from: null, until: null, kinds: null, before: null, limit: 1000 },
  });
  const namesOf = (kind: string) => marks.filter((mark) => mark.kind === kind).map(({ name }) => name);
  expect(namesOf('migration').sort()).toEqual(migrations.map(({ name }) => name).sort());
  expect(namesOf('configuration')).toEqual(['work_mem', 'work_mem']);
  expect(namesOf('maintenance')).toEqual(['vacuum']);
  expect(namesOf('deployment').sort()).toEqual(['1.0.0 (abc)', '1.1.0 (abc)']);
  expect(marks.find(({ kind }) => kind === 'maintenance')).toMatchObject({ details: { rows: 3 } });
  expect(marks.map(({ at }) => at)).toEqual(
    marks
      .map(({ at }) => at)
      .sort()
      .reverse(),
  );
  await database.query(
    'TRUNCATE ethhook_admin_timeline, ethhook_admin_setting_changes, ethhook_admin_job_runs',
  );
  await database.query(`UPDATE ethhook_admin_migrations SET executed_at = now() - INTERVAL '20 days'`);
});

it('a role without rights of its own is told what it does not see, and by which GRANT it would', async () => {
  const role = `plain_${process.pid}`;
  await database.query(`CREATE ROLE ${role}`);
  await database.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
  await session.run(`SET ROLE ${role}`);
  try {
    const { limits } = await new TimelineReadModel(session).facts();
    expect(limits).toEqual([expect.stringContaining(`GRANT pg_read_all_settings TO ${role}`)]);
    const scorecard = new ScorecardReadModel(session);
    expect(await scorecard.limits()).toContainEqual(expect.stringContaining('GRANT pg_read_all_stats TO'));
    const range = await scorecard.range({ from: null, until: null });
    expect(evaluate(await scorecard.measurements(range)).map(({ state }) => state)).toContain('unknown');
  } finally {
    await session.run('RESET ROLE');
    await database.query(`DROP OWNED BY ${role}`);
    await database.query(`DROP ROLE ${role}`);
  }
});

describe('what came of a change', () => {
  /** By the minutes that they lie back. */
  const at = { dropped: 158, nothing: 118, created: 78 };
  const markOf: Record<string, string> = {};
  const effectOf = (name: keyof typeof at, window = 45) =>
    new EffectService(own.database).effect(markOf[name] ?? '', { window, limit: 20 });

  beforeAll(async () => {
    await collector.collect(session); // what was there before is of no look
    await database.query('TRUNCATE ethhook_admin_statement_turns, ethhook_admin_statement_deltas');
    await collector.collect(session);
    await oneSide();
    await database.query('DROP INDEX things_name_idx');
    await oneSide();
    await oneSide();
    await database.query('CREATE INDEX things_name_idx ON things (name)');
    await oneSide();
    await placeLooks();
    for (const [name, minutes] of Object.entries(at)) {
      const [row] = await database.query<{ id: string }>(
        `INSERT INTO ethhook_admin_timeline (kind, name, at)
         VALUES ('manual', $1, date_trunc('minute', now()) - make_interval(mins => $2)) RETURNING 'mark:' || id AS id`,
        [name, minutes],
      );
      markOf[name] = row?.id ?? '';
    }
  });

  /** Looks were made in seconds: as if those of a side had been five minutes apart, with its mark in the middle of two. */
  async function placeLooks(): Promise<void> {
    await database.query(`
      CREATE TABLE placed AS
      SELECT t.at, date_trunc('minute', now()) + INTERVAL '30 seconds'
                   - make_interval(mins => 205 - 5 * row_number() OVER (ORDER BY t.at)::int) AS place
        FROM ethhook_admin_statement_turns t`);
    for (const table of ['deltas', 'turns'])
      await database.query(
        `UPDATE ethhook_admin_statement_${table} d SET at = p.place FROM placed p WHERE p.at = d.at`,
      );
  }

  const ofThing = ({ statements }: EffectDto) =>
    statements?.changed.filter(({ name }) => name === 'test.find-thing');

  it('a dropped index: slower, with its numbers', async () => {
    const effect = await effectOf('dropped');
    const [change] = ofThing(effect) ?? [];
    expect(change).toMatchObject({ verdict: 'slower', text: expect.stringContaining('FROM things t') });
    if (change === undefined) throw new Error('checked above');
    // As they were kept, counted by hand: the first look of each window is of what was before it, too.
    const [expected] = await database.query<Record<string, number>>(
      `SELECT sum(d.calls) FILTER (WHERE d.at < m.at)::float8 AS "callsBefore",
              sum(d.exec_ms) FILTER (WHERE d.at < m.at) / sum(d.calls) FILTER (WHERE d.at < m.at) AS "meanBefore",
              sum(d.calls) FILTER (WHERE d.at > m.at + INTERVAL '5 minutes')::float8 AS "callsAfter",
              sum(d.exec_ms) FILTER (WHERE d.at > m.at + INTERVAL '5 minutes')
                / sum(d.calls) FILTER (WHERE d.at > m.at + INTERVAL '5 minutes') AS "meanAfter"
         FROM ethhook_admin_statement_deltas d
         JOIN ethhook_admin_statements k ON k.id = d.statement_id
         JOIN ethhook_admin_statement_texts x ON x.queryid = k.queryid AND x.label = 'test.find-thing'
         JOIN ethhook_admin_timeline m ON m.name = 'dropped'
        WHERE d.at > m.at - INTERVAL '45 minutes' AND d.at < m.at + INTERVAL '40 minutes'`,
    );
    expect(change.before).toMatchObject({
      calls: expected?.callsBefore,
      mean_ms: expect.closeTo(expected?.meanBefore ?? 0, 9),
    });
    expect(change.after).toMatchObject({
      calls: expected?.callsAfter,
      mean_ms: expect.closeTo(expected?.meanAfter ?? 0, 9),
    });
    expect(change.ratio).toBeGreaterThan(3);
    expect(change.saved_ms_per_hour).toBeLessThan(0);
    expect(effect.limits).toContainEqual(expect.stringMatching(/^The window after ends with nothing, at /));
  });

  it('nothing: none, and what is the same is counted', async () => {
    const { statements } = await effectOf('nothing');
    expect(statements?.changed.map(({ name }) => name)).not.toContain('test.find-thing');
    expect(statements?.changed.map(({ name }) => name)).not.toContain('test.nap');
    expect(statements?.counts.unchanged).toBeGreaterThanOrEqual(2);
  });

  it('a created index: faster; a window that is not over yet says so', async () => {
    const effect = await effectOf('created');
    expect(ofThing(effect)).toEqual([
      expect.objectContaining({ verdict: 'faster', saved_ms_per_hour: expect.any(Number) }),
    ]);
    expect(ofThing(effect)?.[0]?.saved_ms_per_hour).toBeGreaterThan(0);
    expect(effect.statements?.changed.map(({ name }) => name)).not.toContain('test.nap');
    const [late] = await database.query<{ id: string }>(
      `INSERT INTO ethhook_admin_timeline (kind, name, at) VALUES ('manual', 'late', now()) RETURNING 'mark:' || id AS id`,
    );
    const unfinished = await new EffectService(own.database).effect(late?.id ?? '', {
      window: 60,
      limit: 20,
    });
    expect(unfinished.limits).toContainEqual('The window after is not over yet');
    expect(unfinished.statements?.changed ?? []).toEqual([]);
  });

  it('routes by their minutes, those with too few calls apart', async () => {
    const slow = [12, 13, 12, 14, 13, 12, 15, 13];
    const minutes = [
      ...slow.map((ms, index) => ({ route: '/slower', minute: -1 - index, ms: ms / 10 })),
      ...slow.map((ms, index) => ({ route: '/slower', minute: index, ms })),
      ...slow.flatMap((ms, index) => [-1 - index, index].map((minute) => ({ route: '/same', minute, ms }))),
      { route: '/seldom', minute: -1, ms: 1 },
      { route: '/seldom', minute: 1, ms: 99 },
    ];
    for (const { route, minute, ms } of minutes)
      await database.query(
        `INSERT INTO ethhook_admin_route_minutes
           (minute, instance, part, route, method, requests, errors, client_errors, timeouts, cache_hits, cache_misses, sum_ms,
            max_ms, database_ms, bins, counts)
         SELECT m.at + make_interval(mins => $1), 'i', 0, $2, 'GET', 10, 0, 0, 0, 0, 0, 10 * $3::float8, $3, 1, ARRAY[$4::int], '{10}'
           FROM ethhook_admin_timeline m WHERE m.name = 'nothing'`,
        [minute, route, ms, latencyBin(ms)],
      );
    const { routes } = await effectOf('nothing');
    expect(routes.changed).toEqual([
      expect.objectContaining({
        ...{ name: 'GET /slower', verdict: 'slower', queryid: null },
        before: { calls: 80, mean_ms: expect.closeTo(1.3, 9), p95_ms: expect.closeTo(1.5, 0) },
        after: { calls: 80, mean_ms: expect.closeTo(13, 9), p95_ms: expect.closeTo(15, 0) },
        ratio: expect.closeTo(10, 6),
      }),
    ]);
    expect(routes.counts).toMatchObject({ slower: 1, unchanged: 1, not_enough_calls: 1, faster: 0 });
    const hours = 40 / 60; // up to the next mark
    expect(routes.saved_ms_per_hour).toBeCloseTo((-11.7 * 80) / hours, 6);
  });

  it('days ago: by whole hours, without the one that the mark is in', async () => {
    const mark = `date_trunc('hour', now()) - INTERVAL '5 days' + INTERVAL '30 minutes'`;
    const [row] = await database.query<{ id: string }>(
      `INSERT INTO ethhook_admin_timeline (kind, name, at) VALUES ('manual', 'long ago', ${mark}) RETURNING 'mark:' || id AS id`,
    );
    await database.query(
      `INSERT INTO ethhook_admin_statement_hours (at, statement_id, calls, exec_ms)
       SELECT date_trunc('hour', now()) - INTERVAL '5 days' + make_interval(hours => h), k.id, 10,
              CASE WHEN h = 0 THEN 1e9 WHEN h < 0 THEN 10 ELSE 70 END
         FROM generate_series(-12, 12) h
        CROSS JOIN (SELECT s.id FROM ethhook_admin_statements s JOIN ethhook_admin_statement_texts x USING (queryid)
                     WHERE x.label = 'test.find-thing') k`,
    );
    await database.query(
      `INSERT INTO ethhook_admin_statement_turns (at, sees_all, entries, moved, was_wiped, dealloc, evictions, deadlocks,
                                                  new_deadlocks, server_started_at)
       SELECT ${mark} + make_interval(hours => h), true, 1, 1, false, 0, 0, 0, 0, now() FROM generate_series(-12, 12) h`,
    );
    const effect = await new EffectService(own.database).effect(row?.id ?? '', { window: 480, limit: 20 });
    expect(ofThing(effect)).toEqual([
      expect.objectContaining({
        ...{ verdict: 'slower', ratio: expect.closeTo(7, 9) },
        before: { calls: 70, mean_ms: 1, p95_ms: null },
        after: { calls: 70, mean_ms: 7, p95_ms: null },
        saved_ms_per_hour: expect.closeTo(-60, 9),
      }),
    ]);
    expect(effect.limits).toContainEqual(expect.stringMatching(/^So long ago figures are known by the hour/));
  });

  it('without looks on both sides it says that statements are not known', async () => {
    await database.query('TRUNCATE ethhook_admin_statement_turns');
    const effect = await effectOf('nothing');
    expect(effect.statements).toBeNull();
    expect(effect.limits).toContainEqual(expect.stringMatching(/^Statements are not known/));
  });
});
