import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { withQuery } from '../../scripts/throwaway-server.js';
import { Random } from '../../src/demo/random.js';
import { createLedgerIfMissing } from '../../src/kernel/migrations/ledger.js';
import { migrations } from '../../src/migrations/index.js';
import { readEndState, type EndState } from '../support/end-state.js';
import { startFaultServer, type FaultServer } from '../support/fault-server.js';
import { migrate, startMigrate, type MigrateOutcome } from '../support/migrate-cli.js';
import { copyDatabase, createOriginalWorld } from '../support/original-world.js';
import { backendGoneMs, untilBuildWaits, withOldSnapshot } from '../support/waiting-build.js';

// Each test takes a database through all migrations in several processes, on a machine that others load.
jest.setTimeout(120_000);

const EVENTS = 10_000;
// A backfill of some seconds instead of a second.
const slowly = ['run', '--batch-ms', '10', '--rest-percent', '100'];
const RANDOM_KILLS = 10;
// client_connection_check_interval is 2 s; twice of it for a machine that is loaded.
const BACKEND_GONE_MS = 4000;
// Far longer than a kill may be late on a loaded machine; the killed session does not wait for its end.
const LEDGER_DELAY_MS = 5000;
/** After a migration's own time, so that its entry in the ledger is hit too. */
const LATEST_KILL_MS = 200;

const names = migrations.map(({ name }) => name);
const seed = Number(process.env.KILL_SEED ?? randomInt(2 ** 32));
const random = (test: number) => new Random(`kills/${seed}`).seek(test, 0);

let server: FaultServer;
let originalUrl: string;
let copies = 0;
/** Of a run that nothing interrupts. */
let expected: EndState;
let startUpMs: number;
let durationMs: Record<string, number>;
let totalMs: number;

const original = () => copyDatabase(originalUrl, `copy_${++copies}`);

beforeAll(async () => {
  server = await startFaultServer();
  // PostgreSQL's default; the embedded server's own 10 s would let a session's first check be as late.
  await withQuery(server.url, (query) =>
    query('ALTER ROLE postgres SET client_connection_check_interval = 0'),
  );
  await withQuery(server.url, (query) => query('CREATE DATABASE original TEMPLATE template0'));
  originalUrl = new URL('/original', server.url).href;
  await createOriginalWorld(originalUrl, EVENTS);
  const url = await original();
  const startedAt = performance.now();
  const run = startMigrate(url, ...slowly);
  await run.prints(/applying/);
  startUpMs = performance.now() - startedAt;
  const { code, output } = await run.ended();
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.stringMatching(new RegExp(`${migrations.length} applied\\n$`)),
  });
  totalMs = performance.now() - startedAt;
  durationMs = durationsIn(output);
  expected = await readEndState(url);
  expect(expected).toMatchObject({ leftovers: [], ledger: names });
});

afterAll(() => server.remove());

const durationsIn = (output: string): Record<string, number> =>
  Object.fromEntries(
    output
      .split('applying ')
      .slice(1)
      .map((part) => [/^\w+/.exec(part)?.[0] ?? '', Number(/^done in (\d+) ms$/m.exec(part)?.[1])]),
  );

/** Of the migration whose name begins so. */
function durationOf(name: string): number {
  const found = Object.entries(durationMs).find(([full]) => full.startsWith(name));
  if (found === undefined) throw new Error(`the run did not say how long ${name} took`);
  return found[1];
}

async function expectSameEnd(url: string): Promise<void> {
  expect(await readEndState(url)).toEqual(expected);
  expect(await migrate(url, 'show')).toMatchObject({ code: 0 });
}

async function expectToFinish(url: string): Promise<MigrateOutcome> {
  const outcome = await migrate(url, 'run');
  expect(outcome).toMatchObject({ code: 0, output: expect.stringMatching(/\d+ applied\n$/) });
  await expectSameEnd(url);
  return outcome;
}

describe(`a run that is killed (KILL_SEED=${seed} draws the same moments again)`, () => {
  it(`at ${RANDOM_KILLS} random moments, one after the other, comes to the same end`, async () => {
    const draw = random(1);
    let url = await original();
    for (let kills = 0; ;) {
      const run = startMigrate(url, ...slowly);
      // Together they reach over twice a whole run, since each of them throws some work away.
      const afterMs = draw.between(startUpMs / 2, startUpMs + (2 * (totalMs - startUpMs)) / RANDOM_KILLS);
      const timer = setTimeout(() => run.send('SIGKILL'), afterMs);
      const outcome = await run.ended();
      clearTimeout(timer);
      if (outcome.signal === 'SIGKILL') {
        kills++;
        expect(await backendGoneMs(url)).toBeLessThan(BACKEND_GONE_MS);
      } else expect(outcome).toMatchObject({ code: 0 });
      if (kills === RANDOM_KILLS) return void (await finishOrFinished(url));
      if (outcome.code === 0) {
        await expectSameEnd(url);
        url = await original();
      }
    }
  });

  it('within each migration once comes to the same end', async () => {
    const draw = random(2);
    const url = await original();
    await delayLedgerEntries(url);
    for (const name of names) {
      await withQuery(url, (query) => query(`UPDATE delayed SET name = '${name}'`));
      const run = startMigrate(url, ...slowly);
      await run.prints(new RegExp(`applying ${name}`));
      await sleep(draw.between(0, durationOf(name) + LATEST_KILL_MS));
      run.send('SIGKILL');
      const { output, signal } = await run.ended();
      expect(signal).toBe('SIGKILL');
      expect(output.slice(output.indexOf(`applying ${name}`))).not.toMatch(/^done in/m);
    }
    await withQuery(url, (query) => query('DROP FUNCTION delay_entry CASCADE; DROP TABLE delayed'));
    await expectToFinish(url);
  });

  it('with its server, in the backfill and in an index build, comes to the same end', async () => {
    const draw = random(3);
    const url = await original();
    for (const name of ['BackfillAttemptColumns', 'CreateReadIndexes']) {
      const run = startMigrate(url, ...slowly);
      await run.prints(new RegExp(`applying ${name}`));
      await sleep(draw.between(0, durationOf(name) / 2));
      await server.kill();
      const { code, output } = await run.ended();
      await server.restart();
      await untilAnswers(url);
      expect({ code, output }).toMatchObject({
        code: 1,
        output: expect.stringMatching(/^\w+ failed: .+\n$/m),
      });
      expect(output).not.toMatch(/^ +at /m);
    }
    await expectToFinish(url);
  });
});

const finishOrFinished = async (url: string) => {
  expect(await migrate(url, 'run')).toMatchObject({ code: 0 });
  await expectSameEnd(url);
};

/** Of the one in `delayed`, so that even the shortest migration lasts long enough to be killed within it, its entry included. */
const delayLedgerEntries = (url: string) =>
  withQuery(url, async (query) => {
    await createLedgerIfMissing(query);
    await query(`CREATE TABLE delayed AS SELECT ''::text AS name`);
    await query(`CREATE FUNCTION delay_entry() RETURNS trigger LANGUAGE plpgsql
                 AS $$ BEGIN
                   PERFORM pg_sleep(${LEDGER_DELAY_MS / 1000}) FROM public.delayed d WHERE d.name = NEW.name;
                   RETURN NEW;
                 END $$`);
    await query(`CREATE TRIGGER delay_entry BEFORE INSERT ON ethhook_admin_migrations
                 FOR EACH ROW EXECUTE FUNCTION delay_entry()`);
  });

async function untilAnswers(url: string): Promise<void> {
  for (const deadline = Date.now() + 20_000; ; await sleep(50)) {
    try {
      return void (await withQuery(url, (query) => query('SELECT')));
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

it('a killed runner whose statement would go on for hours frees the lock within seconds', async () => {
  const url = await original();
  const next = await withOldSnapshot(url, async () => {
    const run = startMigrate(url, 'run');
    await untilBuildWaits(url);
    const following = startMigrate(url, 'run');
    await following.prints(/waiting for another migration run \(backend \d+ on .+\)/);
    run.send('SIGKILL');
    const killedAt = performance.now();
    await following.prints(/applying/);
    expect(performance.now() - killedAt).toBeLessThan(BACKEND_GONE_MS);
    return following;
  });
  expect(await next.ended()).toMatchObject({
    code: 0,
    output: expect.stringContaining('applications_user_id_id_key: repaired: an invalid index'),
  });
  await expectSameEnd(url);
});

describe('Ctrl-C', () => {
  it('ends a backfill between two batches, says so, and the next run goes on from there', async () => {
    const url = await original();
    const run = startMigrate(url, ...slowly);
    await run.prints(/applying BackfillAttemptColumns/);
    await sleep(durationOf('BackfillAttemptColumns') / 3);
    run.send('SIGINT');
    expect(await run.ended()).toMatchObject({
      code: 130,
      output: expect.stringMatching(
        /\nBackfillAttemptColumns\d+ interrupted: backfill delivery_attempts.user_id is at [1-9][\d.]* %; run again to go on from there\n$/,
      ),
    });
    const { output } = await expectToFinish(url);
    expect(output).toMatch(/delivery_attempts.user_id: goes on at [1-9][\d.]* %/);
  });

  it('ends an index build that waits, says so, and the next run builds it anew', async () => {
    const url = await original();
    await withOldSnapshot(url, async () => {
      const run = startMigrate(url, 'run');
      await untilBuildWaits(url);
      const interruptedAt = performance.now();
      run.send('SIGINT');
      expect(await run.ended()).toMatchObject({
        code: 130,
        output: expect.stringMatching(
          /\nAddEndpointsUserId\d+ was interrupted: run again to go on from there\n$/,
        ),
      });
      expect(performance.now() - interruptedAt).toBeLessThan(2000);
    });
    const { output } = await expectToFinish(url);
    expect(output).toContain('applications_user_id_id_key: repaired');
  });
});
