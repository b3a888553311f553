import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { DomainError } from '../../src/kernel/errors/domain-error.js';
import { LiveEventsReads } from '../../src/modules/events/live-events.reads.js';
import { OriginalEventsReads } from '../../src/modules/events/original-events.reads.js';
import { RetentionJob } from '../../src/modules/maintenance/retention/retention.job.js';
import { AuditRepository } from '../../src/modules/statistics/audit.repository.js';
import { Fold } from '../../src/modules/statistics/fold.js';
import { LiveStatisticsReads } from '../../src/modules/statistics/live-statistics.reads.js';
import { OriginalStatisticsReads } from '../../src/modules/statistics/original-statistics.reads.js';
import { RollupRepository } from '../../src/modules/statistics/rollup.repository.js';
import type { Question } from '../support/exact-questions.js';
import { planJob, runJob, withJobContext } from '../support/job-context.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { BEFORE, createTwins, DAYS, differencesFrom, pastQuestions } from '../support/retention-world.js';
import { foldAll } from '../support/rollup-engine.js';
import { rollupDifferences, rollupTables } from '../support/rollup-recount.js';
import type { TestDatabase } from '../support/test-database.js';

jest.setTimeout(120_000);

const jobOf = (retentionDays: number, maxTailRows = 100) =>
  new RetentionJob({ maintenance: { retentionDays }, statistics: { maxTailRows } } as never);

let database: TestDatabase;
let twin: TestDatabase;
let session: OwnSession;
let expected: OwnSession;
let questions: Question[];
/** What goes on beside a test, also when it fails. */
let beside: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  [database, twin] = await createTwins();
  session = await openSession(database.url);
  expected = await openSession(twin.url);
  questions = await pastQuestions(session, 6);
});
afterEach(async () => {
  for (const stop of beside) await stop();
  beside = [];
});
afterAll(async () => {
  await Promise.all([session.close(), expected.close()]);
  await Promise.all([database.drop(), twin.drop()]);
});

const one = async <T>(text: string, values: readonly unknown[] = []) =>
  Object.values((await database.query(text, values))[0] ?? {})[0] as T;
const counted = (from: string) => one<string>(`SELECT count(*) FROM ${from}`).then(Number);
const codeOf = (running: Promise<unknown>) =>
  running.then(
    () => 'it did not fail',
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );

/** Folds in steps, every so often, beside what goes on. */
function startFolding() {
  let isStopped = false;
  const folding = (async () => {
    const own = await openSession(database.url);
    const fold = new Fold(own);
    while (!isStopped) {
      await fold.step(50);
      await sleep(60);
    }
    await own.close();
  })();
  const stop = async () => {
    isStopped = true;
    await folding;
  };
  beside.push(stop);
  return stop;
}

/** Asks all the time as of now and, once it is as far as the twin, by turns as of the last fold. */
function startComparing(isFolded: () => boolean) {
  let isStopped = false;
  const found: unknown[] = [];
  let rounds = 0;
  const comparing = (async () => {
    const own = await openSession(database.url);
    for (; !isStopped; rounds++) {
      const some = questions.filter((_, index) => index % 5 === rounds % 5);
      found.push(
        ...(await differencesFrom(expected, own, some, isFolded() && rounds % 2 === 0 ? 0 : undefined)),
      );
      found.push(...(await listsThatDiffer(own)));
    }
    await own.close();
  })();
  const stop = async () => {
    isStopped = true;
    await comparing;
    return { rounds, found };
  };
  beside.push(stop);
  return stop;
}

const oldEvents = `events e WHERE e.ingested_at < ${BEFORE}`;
const isPending = `EXISTS (SELECT FROM delivery_attempts a WHERE a.event_id = e.id AND
   (a.success IS NULL OR a.attempted_at >= ${BEFORE} OR (NOT a.success AND a.should_retry AND a.next_retry_at > now())))`;

/** Changes of what is old and settled: what the fold has not seen of an event has to be in the rollups before it goes. */
const unfolded = [
  `INSERT INTO delivery_attempts (id, event_id, endpoint_id, attempt_number, success, duration_ms, attempted_at)
   SELECT md5('late' || e.id::text)::uuid, e.id, p.id, 4, true, 3333, e.ingested_at
     FROM (SELECT e.id, e.ingested_at FROM ${oldEvents} ORDER BY e.ingested_at, e.id OFFSET 20 LIMIT 20) e
    CROSS JOIN LATERAL (SELECT p.id FROM endpoints p ORDER BY md5(e.id::text || p.id::text) LIMIT 1) p`,
  `UPDATE delivery_attempts SET duration_ms = duration_ms + 13
    WHERE id IN (SELECT a.id FROM delivery_attempts a JOIN events e ON e.id = a.event_id
                  WHERE e.ingested_at < ${BEFORE} AND a.success IS NOT NULL ORDER BY e.ingested_at, a.id OFFSET 60 LIMIT 15)`,
  `DELETE FROM delivery_attempts
    WHERE id IN (SELECT a.id FROM delivery_attempts a JOIN events e ON e.id = a.event_id
                  WHERE e.ingested_at < ${BEFORE} AND a.success IS NOT NULL
                    AND EXISTS (SELECT FROM delivery_attempts b WHERE b.event_id = a.event_id AND b.endpoint_id = a.endpoint_id AND b.id < a.id)
                  ORDER BY e.ingested_at, a.id LIMIT 15)`,
];

/** Of each user, beside a removal: a list's total is the number of its rows. */
async function listsThatDiffer(own: OwnSession): Promise<unknown[]> {
  const users = await own.run<{ id: string }>('SELECT id FROM users ORDER BY id');
  const found: unknown[] = [];
  for (const { id: userId } of users)
    await own.transaction({ snapshot: true, readOnly: true }, async (tx) => {
      const original = new OriginalEventsReads(tx);
      const live = new LiveEventsReads(tx, 1_000_000, original);
      for (const status of [undefined, 'delivered', 'failed', 'pending'] as const) {
        const page = [{ userId, status }, { kind: 'first' }, 10] as const;
        const [ours, theirs] = [(await live.list(...page)).value, (await original.list(...page)).value];
        if (ours.total !== theirs.total || !isDeepStrictEqual(ours.events, theirs.events))
          found.push({ userId, status, live: ours.total, original: theirs.total });
      }
      const attempts = [{ userId }, { kind: 'first' }, 10] as const;
      const [ours, theirs] = [await live.attempts(...attempts), await original.attempts(...attempts)];
      if (ours.value.total !== theirs.value.total)
        found.push({ userId, live: ours.value.total, original: theirs.value.total });
    });
  return found;
}

/** A run whose session is ended by the server after so long. */
async function killedRun(afterMs: number): Promise<void> {
  const run = withJobContext(database.url, (context) => jobOf(DAYS).run(context, {}));
  const killed = run.then(
    () => 'it ended',
    () => 'killed',
  );
  await sleep(afterMs);
  await database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ethhook-admin job test' AND datname = current_database()`,
  );
  expect(await killed).toBe('killed');
}

describe('retention', () => {
  it('is off by default, and refuses what would lose figures or other rows', async () => {
    expect(await runJob(database.url, jobOf(0))).toMatchObject({
      rows: 0,
      summary: /RETENTION_DAYS is 0/ as never,
    });
    expect(await planJob(database.url, jobOf(0))).toEqual([]);
    const refused = () => codeOf(runJob(database.url, jobOf(DAYS)));
    await database.query('CREATE TABLE notes (event_id uuid REFERENCES events (id) ON DELETE CASCADE)');
    expect(await refused()).toBe('retention_refused');
    await database.query('DROP TABLE notes');
    await database.query('ALTER TABLE delivery_attempts DISABLE TRIGGER ethhook_admin_supersede_deleted');
    expect(await refused()).toBe('retention_refused');
    await database.query('ALTER TABLE delivery_attempts ENABLE TRIGGER ethhook_admin_supersede_deleted');
    await database.query(
      `INSERT INTO statistics_rebuilds (user_id, part, reason) SELECT id, 'all', 'test' FROM users LIMIT 1`,
    );
    expect(await refused()).toBe('retention_refused');
    await foldAll(session);
    expect(await one<string>('SELECT attempts_before::text FROM ethhook_admin_retention')).toBe('-infinity');
  });

  it('says before what it would remove, and changes nothing by that', async () => {
    const attempts = await counted(
      `delivery_attempts a JOIN events e ON e.id = a.event_id AND e.ingested_at < ${BEFORE}`,
    );
    const before = await counted('delivery_attempts');
    const steps = await planJob(database.url, jobOf(DAYS));
    expect(steps.find(({ target }) => target === 'public.delivery_attempts')?.reason).toContain(
      `at most ${attempts.toLocaleString('en-US')} of`,
    );
    expect(steps.filter(({ action }) => action === 'keep figures').length).toBeGreaterThan(3);
    expect(await counted('delivery_attempts')).toBe(before);
  });

  it('keeps every figure, and lists with a true total, while it runs, is killed, and runs again', async () => {
    for (const own of [session, expected]) for (const change of unfolded) await own.run(change);
    await foldAll(expected);
    const kept = await database.query(
      `SELECT a.id FROM delivery_attempts a JOIN events e ON e.id = a.event_id WHERE coalesce(e.ingested_at >= ${BEFORE}, true) OR ${isPending} ORDER BY a.id`,
    );
    const holder = await openSession(database.url);
    let isHeld = true;
    const release = async () => {
      if (isHeld) await holder.close();
      isHeld = false;
    };
    beside.push(release);
    await holder.run('BEGIN');
    const [held] = await holder.run<{ event_id: string }>(
      `SELECT a.event_id FROM delivery_attempts a JOIN events e ON e.id = a.event_id
        WHERE e.ingested_at < ${BEFORE} AND NOT ${isPending} ORDER BY a.id LIMIT 1 FOR UPDATE OF a`,
    );
    let isFolded = false;
    const stopComparing = startComparing(() => isFolded);
    await killedRun(1000);
    const stopFolding = startFolding();
    await killedRun(500);
    isFolded = true;
    const { rows, details } = await runJob(database.url, jobOf(DAYS));
    expect(await counted(`events e WHERE e.id = '${held?.event_id}'`)).toBe(1);
    await release();
    expect(await runJob(database.url, jobOf(DAYS))).toMatchObject({ details: { events: 1 } });
    const { rounds, found } = await stopComparing();
    await stopFolding();
    expect(found.slice(0, 3)).toEqual([]);
    expect(rounds).toBeGreaterThan(3);
    expect(rows).toBeGreaterThan(100);
    expect(details).toMatchObject({ vacuums: 3 });
    expect(await database.query('SELECT id FROM delivery_attempts ORDER BY id')).toEqual(kept);
    expect(await counted(`${oldEvents} AND NOT ${isPending}`)).toBe(0);
    expect(await counted(`${oldEvents} AND ${isPending}`)).toBeGreaterThan(5);
    await foldAll(session);
    expect(await differencesFrom(expected, session, questions)).toEqual([]);
    expect(await counted('statistics_removals')).toBe(0);
  });

  it('leaves rollups that are a count of what is there, and audits that find nothing', async () => {
    for (const table of rollupTables) expect(await session.run(rollupDifferences(table))).toEqual([]);
    const audited = await session.transaction({ snapshot: true }, async (tx) => {
      const repository = new AuditRepository(tx);
      const state = await repository.state();
      const days = await session.run<{ userId: string; from: string; to: string; endpointId: string }>(
        `SELECT d.user_id AS "userId", d.bucket::text AS "from", (d.bucket + INTERVAL '1 day')::text AS "to", p.id AS "endpointId"
           FROM (SELECT DISTINCT t.user_id, t.bucket FROM statistics_days t WHERE t.bucket > '-infinity') d
           JOIN LATERAL (SELECT p.id FROM endpoints p WHERE p.user_id = d.user_id AND p.deleted_at IS NULL ORDER BY md5(p.id::text || d.bucket::text) LIMIT 1) p ON true
          ORDER BY md5(d::text) LIMIT 60`,
      );
      const found = [];
      for (const day of days) found.push(await repository.recount(day, state));
      return found;
    });
    expect(audited.filter(({ drifted }) => drifted > 0).slice(0, 2)).toEqual([]);
  });

  it('says where an answer is no longer exact', async () => {
    const [user] = await session.run<{ id: string }>('SELECT id FROM users LIMIT 1');
    const live = new LiveStatisticsReads(session, 1_000_000, new OriginalStatisticsReads(session));
    const original = new OriginalStatisticsReads(session);
    const series = (daysAgo: number, minutes: number, bucket: 'hour' | '5m' = 'hour') => ({
      userId: user?.id ?? '',
      scope: { kind: 'user' as const },
      bucket,
      from: new Date(
        Math.floor(Date.now() / 3_600_000 - daysAgo * 24) * 3_600_000 + minutes * 60_000,
      ).toISOString(),
      to: new Date(Math.floor(Date.now() / 3_600_000 - (daysAgo - 1) * 24) * 3_600_000).toISOString(),
      hours: 0,
    });
    const exact = async (...window: Parameters<typeof series>) =>
      (await live.series(series(...window))).trust.exact;
    expect([await exact(60, 0), await exact(60, 20), await exact(60, 0, '5m'), await exact(30, 20)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect((await original.series(series(60, 0))).trust.exact).toBe(false);
    expect((await original.series(series(30, 0))).trust.exact).toBe(true);
    expect((await original.dashboard(user?.id ?? '')).trust.exact).toBe(false);
  });

  it('keeps them where they belong: chains, applications, owners, what is deleted, outcomes and deletes of what stayed', async () => {
    const changes = [
      `UPDATE endpoints SET chain_ids = '{10,999}' WHERE id IN (SELECT p.id FROM endpoints p ORDER BY md5('chains' || p.id::text) LIMIT 3)`,
      `UPDATE endpoints p SET application_id = (SELECT a.id FROM applications a WHERE a.user_id = p.user_id ORDER BY md5(a.id::text || 'to') LIMIT 1)
        WHERE p.id IN (SELECT x.id FROM endpoints x ORDER BY md5('move' || x.id::text) LIMIT 4)`,
      `UPDATE delivery_attempts SET success = true, duration_ms = 7 WHERE event_id IN (SELECT e.id FROM ${oldEvents} AND ${isPending}) AND success IS NULL`,
      `DELETE FROM endpoints WHERE id IN (SELECT p.id FROM endpoints p ORDER BY md5('delete' || p.id::text) LIMIT 3)`,
      `UPDATE applications SET user_id = (SELECT u.id FROM users u ORDER BY md5('owner' || u.id::text) LIMIT 1)
        WHERE id IN (SELECT a.id FROM applications a ORDER BY md5('give' || a.id::text) LIMIT 3)`,
    ];
    for (const change of changes) {
      for (const own of [session, expected]) {
        await own.run(change);
        await foldAll(own);
      }
      expect({
        change,
        found: (await differencesFrom(expected, session, await pastQuestions(session, 6))).slice(0, 3),
      }).toEqual({
        change,
        found: [],
      });
    }
    await new RollupRepository(session).dropEmptied();
    expect(await differencesFrom(expected, session, await pastQuestions(session, 4))).toEqual([]);
    expect(
      await counted(
        'statistics_removed_sets k WHERE NOT EXISTS (SELECT FROM endpoints p WHERE p.id = ANY (k.endpoint_ids))',
      ),
    ).toBe(0);
    expect(
      await counted(`event_facets f WHERE f.day < ${BEFORE} AND isfinite(f.day) AND NOT EXISTS (SELECT FROM delivery_attempts a WHERE a.user_id = f.user_id
      AND (a.event_ingested_at AT TIME ZONE 'UTC')::date = f.day)`),
    ).toBe(0);
  });
});
