import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { runMigrations } from '../../src/data-source.js';
import { Random } from '../../src/demo/random.js';
import { Fold } from '../../src/modules/statistics/fold.js';
import { LiveStatisticsReads } from '../../src/modules/statistics/live-statistics.reads.js';
import { OriginalStatisticsReads } from '../../src/modules/statistics/original-statistics.reads.js';
import { copyAllRows } from '../support/copy-rows.js';
import { createExactWorld } from '../support/exact-world.js';
import { startFaultServer, type FaultServer } from '../support/fault-server.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { expectExactReads, expectExactRollups, foldAll, startWriter } from '../support/rollup-engine.js';
import { startServerProcess } from '../support/server-process.js';
import { ids } from '../support/small-world.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(180_000);

const seed = Number(process.env.KILL_SEED ?? randomInt(2 ** 32));
const KILLS = 8;

let database: TestDatabase;
let session: OwnSession;

beforeAll(() => Logger.overrideLogger(false));
beforeEach(async () => {
  database = await createTestDatabase();
  await createExactWorld(database);
  session = await openSession(database.url);
});
afterEach(async () => {
  await session.close();
  await database.drop();
});

const foldProcess = () =>
  startServerProcess({ DATABASE_URL: database.url }, ['node', 'test/support/fold-process.mjs']);

it(`goes on exactly where a folding process was killed (KILL_SEED=${seed} kills at the same times)`, async () => {
  const random = new Random(`fold kills/${seed}`).seek(0, 0);
  await session.run(
    `INSERT INTO statistics_rebuilds (user_id, part, reason) SELECT id, 'all', 'to be killed in' FROM users`,
  );
  const writer = await startWriter(database.url);
  for (let kill = 0; kill < KILLS; kill++) {
    const folding = foldProcess();
    try {
      await folding.prints(/folded/);
      await sleep(random.integer(0, 400));
    } finally {
      folding.child.kill('SIGKILL');
    }
    await folding.ended();
    await expectExactReads(session);
  }
  expect(await writer.stop()).toBeGreaterThan(20);
  await foldAll(session);
  await expectExactRollups(session);
  expect((await expectExactReads(session)).original).toBe(0);
});

describe('restored into another cluster', () => {
  let server: FaultServer;

  beforeAll(async () => {
    server = await startFaultServer();
  });
  afterAll(() => server.remove());

  /** What is folded, what is not yet, and what an open transaction had written when the dump was taken. */
  async function makeUnfolded(): Promise<void> {
    const some = (order: string, limit: number) =>
      `WHERE id IN (SELECT id FROM delivery_attempts ORDER BY ${order} LIMIT ${limit})`;
    await foldAll(session);
    const open = await openSession(database.url);
    await open.run('BEGIN');
    await open.run(`DELETE FROM delivery_attempts ${some('id', 9)}`);
    await session.run(`UPDATE delivery_attempts SET success = NOT success ${some('id DESC', 50)}`);
    await new Fold(session).step();
    await open.run('COMMIT');
    await open.close();
    await session.run(`UPDATE delivery_attempts SET duration_ms = 7 ${some('event_id', 40)}`);
    await session.run(`DELETE FROM delivery_attempts ${some('id', 30)}`);
  }

  async function emptyTarget(name: string): Promise<string> {
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name}`);
    await admin.end();
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    await runMigrations(url.href, () => undefined);
    return url.href;
  }

  const nextId = async ({ run }: OwnSession) =>
    BigInt((await run<{ id: string }>('SELECT pg_current_xact_id()::text AS id'))[0]?.id ?? '');

  /** Until it gives higher ids than the other, whose ids go on too. */
  async function overtake(behind: OwnSession, other: OwnSession): Promise<void> {
    const missing = (await nextId(other)) - (await nextId(behind)) + 2000n;
    await behind.run('SET synchronous_commit = off; SET statement_timeout = 0');
    await behind.run(
      `DO $$ BEGIN FOR n IN 1..${missing} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$`,
    );
  }

  it.each([
    ['lower', true],
    ['higher', false],
  ])(
    'that gives %s transaction ids: never wrong, and exact again from the rollups',
    async (order, isRebased) => {
      const url = await emptyTarget(`restored_${order}`);
      const there = await openSession(url);
      try {
        if (isRebased) await overtake(session, there);
        await makeUnfolded();
        if (!isRebased) await overtake(there, session);
        await copyAllRows(database.url, url);
        expect((await nextId(there)) < (await nextId(session))).toBe(isRebased);
        await expectExactReads(there);
        const { trust } = await liveReads(there).dashboard(ids.alice);
        expect(trust.source).toBe(isRebased ? 'original' : 'live');
        const writer = await startWriter(url);
        await new Fold(there).step();
        expect(await rebasing(there)).toBe(isRebased);
        await expectExactReads(there);
        await foldAll(there);
        await writer.stop();
        await foldAll(there);
        expect(await rebasing(there)).toBe(false);
        expect((await expectExactReads(there)).original).toBe(0);
        await expectExactRollups(there);
        const [row] = await there.run<{ foreign: string }>(
          `SELECT count(*) AS "foreign" FROM delivery_attempts
            WHERE greatest(written_in, inserted_in) >= pg_snapshot_xmax(pg_current_snapshot())`,
        );
        expect(row?.foreign).toBe('0');
      } finally {
        await there.close();
      }
    },
  );

  it('a writer that holds a restored row is not waited for, and what it holds comes after it', async () => {
    const url = await emptyTarget('restored_beside_writer');
    const [there, writer] = [await openSession(url), await openSession(url)];
    try {
      await overtake(session, there);
      await makeUnfolded();
      await copyAllRows(database.url, url);
      await writer.run('BEGIN');
      await writer.run(
        `UPDATE delivery_attempts SET response_body = 'x' WHERE id IN (SELECT id FROM delivery_attempts ORDER BY written_in DESC NULLS LAST LIMIT 3)`,
      );
      // As a change of their times does: an attempt's foreign key would wait for it.
      await writer.run('SELECT FROM events FOR UPDATE');
      await there.run(`SET lock_timeout = '1s'`);
      const fold = new Fold(there);
      while ((await fold.step()).isBehind);
      expect(await rebasing(there)).toBe(true);
      await expectExactReads(there);
      await writer.run('COMMIT');
      await foldAll(there);
      expect(await rebasing(there)).toBe(false);
      await expectExactRollups(there);
    } finally {
      await Promise.all([there.close(), writer.close()]);
    }
  });

  const liveReads = (there: OwnSession) =>
    new LiveStatisticsReads(there, 5000, new OriginalStatisticsReads(there));
  const rebasing = async ({ run }: OwnSession) =>
    (await run<{ rebasing: boolean }>('SELECT rebasing FROM statistics_state'))[0]?.rebasing;
});
