import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Random } from '../../src/demo/random.js';
import { DeletionsRepository } from '../../src/modules/accounts/deletions.repository.js';
import { createExactWorld } from '../support/exact-world.js';
import { becomes } from '../support/leader-tasks.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { expectExactReads, expectExactRollups, foldAll } from '../support/rollup-engine.js';
import { startServerProcess } from '../support/server-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(120_000);

const seed = Number(process.env.KILL_SEED ?? randomInt(2 ** 32));
const KILLS = 6;
/** So that a batch has few rows, and there is something to be killed in every time. */
const MAX_UNFOLDED = '25';

let database: TestDatabase;
let session: OwnSession;

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  await createExactWorld(database);
  session = await openSession(database.url);
  await foldAll(session);
});
afterAll(async () => {
  await session.close();
  await database.drop();
});

const count = async (text: string, values: readonly unknown[] = []) =>
  Number(Object.values((await database.query(`SELECT count(*) ${text}`, values))[0] ?? {})[0]);

/** Every application but one of each user. */
async function requestAll(): Promise<string[]> {
  const applications = await session.run<{ id: string; userId: string }>(
    `SELECT a.id, a.user_id AS "userId" FROM applications a
      WHERE a.id > (SELECT min(b.id::text)::uuid FROM applications b WHERE b.user_id = a.user_id)`,
  );
  for (const { id, userId } of applications)
    await session.transaction({}, async (tx) => {
      const repository = new DeletionsRepository(tx);
      const resource = { userId, resourceType: 'application', resourceId: id } as const;
      await repository.request(resource, (await repository.hide(resource)) ?? '');
    });
  return applications.map(({ id }) => id);
}

it(`a removing process is killed again and again (KILL_SEED=${seed}): all of it goes, once, and nothing else`, async () => {
  const random = new Random(`deletion kills/${seed}`).seek(0, 0);
  const deleted = await requestAll();
  const ofDeleted = `FROM delivery_attempts a JOIN endpoints p ON p.id = a.endpoint_id WHERE p.application_id = ANY ($1)`;
  const [doomed, before] = [await count(ofDeleted, [deleted]), await count('FROM delivery_attempts')];
  expect(doomed).toBeGreaterThan(500);
  const start = () =>
    startServerProcess({ DATABASE_URL: database.url, MAX_UNFOLDED }, [
      'node',
      'test/support/deletions-process.mjs',
    ]);
  /** What was counted as removed is what is gone, also in the middle. */
  const expectCounted = async () => {
    const [row] = await session.run<{ removed: string; rows: string }>(
      `SELECT (SELECT coalesce(sum(attempts_removed), 0) FROM deletions) AS "removed",
              (SELECT count(*) FROM delivery_attempts) AS "rows"`,
    );
    expect(before - Number(row?.rows)).toBe(Number(row?.removed));
  };
  for (let kill = 0; kill < KILLS; kill++) {
    await foldAll(session); // a process that finds too much unfolded, of the one killed before it, waits for a fold
    const removing = start();
    try {
      await removing.prints(/removed [1-9]/);
      await foldAll(session);
      await sleep(random.integer(0, 60));
    } finally {
      removing.child.kill('SIGKILL');
    }
    await removing.ended();
    await becomes('its session has ended', async () => (await count(SESSIONS)) === 0);
    await expectCounted();
    await expectExactReads(session);
  }
  expect(await count('FROM deletions WHERE finished_at IS NULL')).toBeGreaterThan(0);
  const last = start();
  try {
    await becomes(
      'all is removed',
      async () => {
        await foldAll(session);
        return (await count('FROM deletions WHERE finished_at IS NULL')) === 0;
      },
      60_000,
    );
  } finally {
    last.child.kill('SIGKILL');
  }
  await last.ended();
  await expectCounted();
  expect(await count('FROM delivery_attempts')).toBe(before - doomed);
  expect(await count('FROM applications WHERE id = ANY ($1)', [deleted])).toBe(0);
  expect(await count('FROM endpoints WHERE deleted_at IS NOT NULL')).toBe(0);
  await foldAll(session);
  await expectExactRollups(session);
});

const SESSIONS = `FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ethhook-admin accounts-deletions'`;
