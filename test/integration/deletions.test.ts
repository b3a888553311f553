import { Logger } from '@nestjs/common';
import type { Database } from '../../src/kernel/database/database.js';
import type { Cursors } from '../../src/kernel/http/cursor.js';
import { LeaderLoop } from '../../src/kernel/tasks/leader-loop.js';
import { DeletionsRepository } from '../../src/modules/accounts/deletions.repository.js';
import type { DeletionsReadModel } from '../../src/modules/accounts/deletions.read-model.js';
import { DeletionsService } from '../../src/modules/accounts/deletions.service.js';
import { Removal } from '../../src/modules/accounts/removal.js';
import { DeletionsTask } from '../../src/modules/accounts/tasks/deletions.task.js';
import { Fold } from '../../src/modules/statistics/fold.js';
import { createExactWorld } from '../support/exact-world.js';
import { becomes, sessionsOf } from '../support/leader-tasks.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { expectExactReads, expectExactRollups, foldAll } from '../support/rollup-engine.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(120_000);

interface Resource {
  userId: string;
  resourceType: 'application' | 'endpoint';
  resourceId: string;
}

let database: TestDatabase;
let session: OwnSession;
let removal: Removal;
/** The application with the most attempts, and the endpoint of it that has the most. */
let application: Resource;
let endpoint: Resource;

beforeAll(() => Logger.overrideLogger(false));
beforeEach(async () => {
  database = await createTestDatabase();
  await createExactWorld(database);
  session = await openSession(database.url);
  await foldAll(session);
  removal = new Removal(session);
  const [row] = await session.run<{ userId: string; application: string; endpoint: string }>(
    `SELECT p.user_id AS "userId", p.application_id AS "application", p.id AS "endpoint"
       FROM endpoints p
       JOIN (SELECT application_id, count(DISTINCT p.id) AS endpoints, count(*) AS attempts
               FROM delivery_attempts d JOIN endpoints p ON p.id = d.endpoint_id GROUP BY 1) a USING (application_id)
      WHERE a.endpoints > 1
      ORDER BY a.attempts DESC, (SELECT count(*) FROM delivery_attempts d WHERE d.endpoint_id = p.id) DESC LIMIT 1`,
  );
  if (row === undefined) throw new Error('no application has two endpoints with attempts');
  const { userId } = row;
  application = { userId, resourceType: 'application', resourceId: row.application };
  endpoint = { userId, resourceType: 'endpoint', resourceId: row.endpoint };
});
afterEach(async () => {
  await session.close();
  await database.drop();
});

const one = async <T>(text: string, values: readonly unknown[] = []) =>
  Object.values((await database.query(text, values))[0] ?? {})[0] as T;
const count = async (text: string, values: readonly unknown[] = []) =>
  Number(await one(`SELECT count(*) ${text}`, values));
const attemptsAt = (endpointId: string) =>
  count('FROM delivery_attempts WHERE endpoint_id = $1', [endpointId]);
const allAttempts = () => count('FROM delivery_attempts');
const progress = async (id: string) =>
  (
    await database.query(
      `SELECT attempts_total::int AS total, attempts_removed::int AS removed, finished_at IS NOT NULL AS "isFinished"
         FROM deletions WHERE id = $1`,
      [id],
    )
  )[0];

/** As the request does it. */
const request = (resource: Resource) =>
  session.transaction({}, async (tx) => {
    const repository = new DeletionsRepository(tx);
    return repository.request(resource, (await repository.hide(resource)) ?? '');
  });

const NEVER_BEHIND = 1_000_000;
async function step(limit: number): Promise<number> {
  const deletion = await removal.pick([], NEVER_BEHIND);
  return deletion === undefined ? -1 : removal.step(deletion, limit);
}
async function removeAll(limit = 1000): Promise<void> {
  while ((await step(limit)) >= 0);
}

describe('step by step', () => {
  it('every answer is what the original SQL counts, before and after each fold', async () => {
    const before = await attemptsAt(endpoint.resourceId);
    expect(before).toBeGreaterThan(50);
    const id = await request(endpoint);
    expect(await progress(id)).toEqual({ total: before, removed: 0, isFinished: false });
    expect((await expectExactReads(session)).original).toBe(0);
    const limit = Math.ceil(before / 4);
    let removed = 0;
    let live = 0;
    for (let turn = 0; ; turn++) {
      const last = await step(limit);
      if (last < 0) break;
      expect(last).toBeLessThanOrEqual(limit);
      removed += last;
      expect((await progress(id))?.['removed']).toBe(removed);
      expect(await attemptsAt(endpoint.resourceId)).toBe(before - removed);
      live += (await expectExactReads(session)).live;
      if (turn % 2 === 1) {
        await new Fold(session).step();
        // Nothing that was shortest or longest of what is still there has gone.
        expect((await expectExactReads(session)).original).toBe(0);
      }
    }
    expect(live).toBeGreaterThan(0);
    expect(await progress(id)).toEqual({ total: before, removed: before, isFinished: true });
    expect(await count('FROM endpoints WHERE id = $1', [endpoint.resourceId])).toBe(0);
    await foldAll(session);
    await expectExactReads(session);
    await expectExactRollups(session);
  });

  it('an application goes with all its endpoints, and nothing else does', async () => {
    const endpoints = await database.query<{ id: string }>(
      'SELECT id FROM endpoints WHERE application_id = $1',
      [application.resourceId],
    );
    const before = await allAttempts();
    const own = await count(
      'FROM delivery_attempts WHERE endpoint_id IN (SELECT id FROM endpoints WHERE application_id = $1)',
      [application.resourceId],
    );
    const [applications, allEndpoints] = [await count('FROM applications'), await count('FROM endpoints')];
    const id = await request(application);
    await expectExactReads(session);
    for (let last = 0; last >= 0; last = await step(150)) await expectExactReads(session);
    expect(await progress(id)).toEqual({ total: own, removed: own, isFinished: true });
    expect(await allAttempts()).toBe(before - own);
    expect(await count('FROM endpoints')).toBe(allEndpoints - endpoints.length);
    expect(await count('FROM applications')).toBe(applications - 1);
    await foldAll(session);
    await expectExactRollups(session);
  });

  it('attempts of one time, or without one, are found as well', async () => {
    await database.query(
      `UPDATE delivery_attempts SET attempted_at = CASE WHEN duration_ms % 2 = 0 THEN '2026-01-01'::timestamptz END
        WHERE endpoint_id = $1`,
      [endpoint.resourceId],
    );
    const before = await attemptsAt(endpoint.resourceId);
    const id = await request(endpoint);
    await removeAll(30);
    expect(await progress(id)).toEqual({ total: before, removed: before, isFinished: true });
  });

  it('a small one does not wait for a large one', async () => {
    const large = await request(application);
    const small = await one<string>(
      `INSERT INTO endpoints (application_id, name, webhook_url, hmac_secret)
       SELECT id, 'small', 'https://s.example.com', 's' FROM applications WHERE user_id <> $1 LIMIT 1 RETURNING id`,
      [application.userId],
    );
    const userId = await one<string>('SELECT user_id FROM endpoints WHERE id = $1', [small]);
    const id = await request({ userId, resourceType: 'endpoint', resourceId: small });
    await step(10);
    await step(10);
    expect(await progress(id)).toMatchObject({ isFinished: true });
    expect(await progress(large)).toMatchObject({ isFinished: false });
  });
});

describe('what others write meanwhile', () => {
  const insertAttempt = `INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number, success, duration_ms)
    VALUES ((SELECT id FROM events LIMIT 1), $1, 7, true, 1)`;

  it('attempts at the endpoint are taken and removed; when it is gone they get the error they always got', async () => {
    const before = await attemptsAt(endpoint.resourceId);
    const id = await request(endpoint);
    await step(20);
    for (let time = 0; time < 5; time++) await database.query(insertAttempt, [endpoint.resourceId]);
    await removeAll(100);
    expect(await progress(id)).toMatchObject({ removed: before + 5, isFinished: true });
    await expect(database.query(insertAttempt, [endpoint.resourceId])).rejects.toMatchObject({
      code: '23503',
      constraint: 'delivery_attempts_endpoint_id_fkey',
    });
  });

  it('an attempt that is being written is waited for, briefly, and the endpoint stays until then', async () => {
    await request(endpoint);
    const writer = await openSession(database.url);
    try {
      await writer.run('BEGIN');
      await writer.run(insertAttempt, [endpoint.resourceId]);
      const deletion = await removal.pick([], NEVER_BEHIND);
      if (deletion === undefined) throw new Error('nothing to remove');
      const failed = async () => {
        for (;;) await removal.step(deletion, 1000);
      };
      await expect(failed()).rejects.toMatchObject({ code: '55P03' });
      await writer.run('COMMIT');
      expect(await attemptsAt(endpoint.resourceId)).toBe(1);
      await removeAll();
      expect(await attemptsAt(endpoint.resourceId)).toBe(0);
    } finally {
      await writer.close();
    }
  });

  it('attempts that somebody has locked are left for later', async () => {
    const before = await attemptsAt(endpoint.resourceId);
    const id = await request(endpoint);
    const writer = await openSession(database.url);
    try {
      await writer.run('BEGIN');
      await writer.run(
        `UPDATE delivery_attempts SET response_body = 'late' WHERE id IN (
           SELECT id FROM delivery_attempts WHERE endpoint_id = $1 ORDER BY attempted_at NULLS FIRST LIMIT 3)`,
        [endpoint.resourceId],
      );
      expect(await step(before - 10)).toBe(before - 10);
      await writer.run('COMMIT');
      await removeAll();
      expect(await progress(id)).toMatchObject({ removed: before, isFinished: true });
    } finally {
      await writer.close();
    }
  });

  it('an endpoint that is put into the application goes with it', async () => {
    const id = await request(application);
    await step(50);
    await database.query(
      `INSERT INTO endpoints (application_id, name, webhook_url, hmac_secret) VALUES ($1, 'late', 'https://l.example.com', 's')`,
      [application.resourceId],
    );
    await removeAll();
    expect(await progress(id)).toMatchObject({ isFinished: true });
    expect(await count(`FROM endpoints WHERE name = 'late'`)).toBe(0);
  });

  const elsewhere = (sign: '=' | '<>') =>
    one<string>(
      `SELECT id FROM applications WHERE user_id ${sign} $1 AND id <> $2 AND deleted_at IS NULL LIMIT 1`,
      [application.userId, application.resourceId],
    );

  it.each(['=', '<>'] as const)(
    'an endpoint that is moved out of the application stays (owner %s)',
    async (sign) => {
      let target = await elsewhere(sign);
      target ??= await one<string>(
        `INSERT INTO applications (user_id, name, webhook_secret) VALUES ($1, 'other', 's') RETURNING id`,
        [application.userId],
      );
      const before = await attemptsAt(endpoint.resourceId);
      const id = await request(application);
      await database.query('UPDATE endpoints SET application_id = $1 WHERE id = $2', [
        target,
        endpoint.resourceId,
      ]);
      await removeAll(100);
      expect(await progress(id)).toMatchObject({ isFinished: true });
      expect(await count('FROM applications WHERE id = $1', [application.resourceId])).toBe(0);
      expect(await attemptsAt(endpoint.resourceId)).toBe(before);
      expect(await count('FROM endpoints WHERE id = $1 AND deleted_at IS NULL', [endpoint.resourceId])).toBe(
        1,
      );
      await foldAll(session);
      await expectExactReads(session);
      await expectExactRollups(session);
    },
  );

  it('an endpoint that is given to another user stays, with what it still has', async () => {
    const before = await attemptsAt(endpoint.resourceId);
    const id = await request(endpoint);
    expect(await step(10)).toBe(10);
    await database.query('UPDATE endpoints SET application_id = $1 WHERE id = $2', [
      await elsewhere('<>'),
      endpoint.resourceId,
    ]);
    await removeAll();
    expect(await progress(id)).toEqual({ total: 10, removed: 10, isFinished: true });
    expect(await attemptsAt(endpoint.resourceId)).toBe(before - 10);
    expect(await count('FROM endpoints WHERE deleted_at IS NOT NULL')).toBe(0);
    await foldAll(session);
    await expectExactRollups(session);
  });

  it('an application that is given to another user stays', async () => {
    const endpoints = await count('FROM endpoints');
    const before = await allAttempts();
    await request(application);
    await database.query(
      'UPDATE applications SET user_id = (SELECT id FROM users WHERE id <> $1 LIMIT 1) WHERE id = $2',
      [application.userId, application.resourceId],
    );
    await removeAll();
    expect([await allAttempts(), await count('FROM endpoints')]).toEqual([before, endpoints]);
    expect(await count('FROM endpoints WHERE deleted_at IS NOT NULL')).toBe(0);
    expect(await count('FROM applications WHERE deleted_at IS NOT NULL')).toBe(0);
  });

  it('an endpoint that is not hidden any more stays', async () => {
    const before = await attemptsAt(endpoint.resourceId);
    const id = await request(endpoint);
    await database.query('UPDATE endpoints SET deleted_at = NULL WHERE id = $1', [endpoint.resourceId]);
    await removeAll();
    expect(await progress(id)).toEqual({ total: 0, removed: 0, isFinished: true });
    expect(await attemptsAt(endpoint.resourceId)).toBe(before);
  });

  it('a service that sets it active again keeps nothing from being removed', async () => {
    const id = await request(endpoint);
    await database.query('UPDATE endpoints SET is_active = true WHERE id = $1', [endpoint.resourceId]);
    await expectExactReads(session);
    await removeAll();
    expect(await progress(id)).toMatchObject({ isFinished: true });
  });
});

describe('of 200,000 attempts', () => {
  const ATTEMPTS = 200_000;
  const addAttempts = [
    'SET session_replication_role = replica', // as if they had been there before they were tracked
    `INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number, success, duration_ms, attempted_at, user_id, event_ingested_at)
     SELECT e.id, p.id, i, i % 9 > 0, i % 700, now() - i * INTERVAL '1 second', p.user_id, coalesce(e.ingested_at, '-infinity')
       FROM (SELECT id, user_id FROM endpoints WHERE id = $1) p
      CROSS JOIN generate_series(1, ${ATTEMPTS / 200}) i
      CROSS JOIN (SELECT id, ingested_at FROM events ORDER BY id LIMIT 200) e`,
    'RESET session_replication_role',
    `INSERT INTO statistics_rebuilds (user_id, part, reason) SELECT user_id, 'all', 'test' FROM endpoints WHERE id = $1`,
  ];
  /** What this session has looked at and changed so far, or what it has not reported yet. */
  const touched = `SELECT coalesce(sum(seq_scan + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd + n_tup_del), 0)::int AS n
    FROM pg_stat_xact_user_tables WHERE relname IN ('delivery_attempts', 'events', 'superseded_attempts')`;

  it('the request looks at none of them, and the task removes them all', async () => {
    for (const text of addAttempts) await session.run(text, text.includes('$1') ? [endpoint.resourceId] : []);
    await foldAll(session);
    const before = await attemptsAt(endpoint.resourceId);
    expect(before).toBeGreaterThanOrEqual(ATTEMPTS);
    let looks: unknown[] = [];
    const database_ = {
      transaction: (options, run) =>
        session.transaction(options, async (tx) => {
          const [before] = await session.run(touched);
          const result = await run(tx);
          looks = [before, ...(await session.run(touched))];
          return result;
        }),
    } as Database;
    const service = new DeletionsService(database_, {} as DeletionsReadModel, {} as Cursors);
    const id = await service.delete(endpoint.userId, endpoint, { ip: '127.0.0.1', userAgent: null });
    expect(looks[1]).toEqual(looks[0]);
    expect(await progress(id)).toEqual({ total: before, removed: 0, isFinished: false });
    for (let turn = 0; (await step(5000)) >= 0; turn++) if (turn % 4 === 3) await new Fold(session).step();
    expect(await progress(id)).toEqual({ total: before, removed: before, isFinished: true });
    expect(await attemptsAt(endpoint.resourceId)).toBe(0);
    await foldAll(session);
    await expectExactRollups(session);
  });
});

describe('the task', () => {
  let loop: LeaderLoop | undefined;
  let removedByTask: number[];
  beforeEach(() => {
    removedByTask = [];
  });
  afterEach(() => loop?.stop());
  const start = (maxUnfolded: number) => {
    const task = new DeletionsTask(maxUnfolded, { removed: (attempts) => void removedByTask.push(attempts) });
    loop = new LeaderLoop(task, sessionsOf(database.url).sessions);
    loop.start();
    return loop;
  };

  it('waits while the rollups are behind, and goes on when they have followed', async () => {
    const before = await attemptsAt(endpoint.resourceId);
    const id = await request(endpoint);
    const unfolded = () => count('FROM superseded_attempts');
    const { state } = start(40);
    expect(state.failures).toBe(0);
    await becomes('it has begun', async () => (await unfolded()) > 40);
    const reached = await unfolded();
    expect(reached).toBeLessThanOrEqual(80);
    const { runs } = loop?.state ?? { runs: 0 };
    await becomes('it has looked again', () => (loop?.state.runs ?? 0) > runs + 2);
    expect(await unfolded()).toBe(reached);
    await becomes(
      'all is removed',
      async () => {
        await new Fold(session).step();
        return (await progress(id))?.['isFinished'] === true;
      },
      60_000,
    );
    expect(removedByTask.reduce((sum, attempts) => sum + attempts, 0)).toBe(before);
    expect(Math.max(...removedByTask)).toBeLessThanOrEqual(80);
    expect(loop?.state.failures).toBe(0);
  });

  it('leaves alone what somebody has locked, does the others, and comes back', async () => {
    const writer = await openSession(database.url);
    try {
      const other = await one<string>('SELECT id FROM endpoints WHERE user_id = $1 AND id <> $2 LIMIT 1', [
        endpoint.userId,
        endpoint.resourceId,
      ]);
      const first = await request(endpoint);
      const second = await request({ ...endpoint, resourceId: other });
      await database.query('UPDATE deletions SET attempts_total = 0 WHERE id = $1', [first]);
      await writer.run('BEGIN');
      await writer.run('SELECT FROM endpoints WHERE id = $1 FOR UPDATE', [endpoint.resourceId]);
      start(10_000);
      await becomes('the other is removed', async () => (await progress(second))?.['isFinished'] === true);
      expect(await progress(first)).toMatchObject({ removed: 0, isFinished: false });
      await writer.run('COMMIT');
      await becomes('it comes back', async () => (await progress(first))?.['isFinished'] === true);
      expect(loop?.state.failures).toBe(0);
    } finally {
      await writer.close();
    }
  });

  it('forgets what was finished 90 days ago', async () => {
    await database.query(
      `INSERT INTO deletions (user_id, resource_type, resource_id, name, attempts_total, finished_at)
       SELECT $1, 'endpoint', gen_random_uuid(), d::text, 0, now() - d * INTERVAL '1 day' FROM unnest('{89,91}'::int[]) d`,
      [endpoint.userId],
    );
    start(10_000);
    await becomes('it ran', () => (loop?.state.runs ?? 0) > 0);
    expect(await database.query('SELECT name FROM deletions')).toEqual([{ name: '89' }]);
  });
});
