import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { SimulatorReport } from '../../scripts/simulator/simulate.js';
import { dumpSchema } from '../../scripts/schema-dump.js';
import { withQuery } from '../../scripts/throwaway-server.js';
import { LEDGER_TABLE } from '../../src/kernel/migrations/ledger.js';
import { migrations } from '../../src/migrations/index.js';
import { readEndState } from '../support/end-state.js';
import { migrate, startMigrate } from '../support/migrate-cli.js';
import { checksumsOf, readOriginalRows, type OriginalRows } from '../support/original-rows.js';
import { originalDashboard } from '../support/original-sql.js';
import { copyDatabase, createOriginalWorld, dropDatabase } from '../support/original-world.js';
import { startSimulator, type SimulatorProcess } from '../support/simulator-process.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(120_000);

const EVENTS = 20_000;
const READ_EVERY_MS = 50;
const CHANGE_OWNER_EVERY_MS = 400;
// Bounds for a hang: what writers notice on a server of its own is the benchmark's to measure.
const HANGS_MS = 10_000;
const STUCK_MS = 2000;
const READER_HOLDS_MS = 5000;

let original: TestDatabase;
let url: string;
let schemaBefore: string;
let rowsBefore: OriginalRows;

beforeAll(async () => {
  original = await createEmptyDatabase();
  await createOriginalWorld(original.url, EVENTS);
  await withQuery(original.url, async (query) => {
    schemaBefore = await dumpSchema(query);
    rowsBefore = await readOriginalRows(query);
  });
});
afterAll(() => original.drop());
/** Stops what a failed test has left at work; without it jest would wait for that for ever. */
let cleanUps: (() => unknown)[] = [];

beforeEach(async () => {
  url = await copyDatabase(original.url, `${nameOf(original.url)}_fire`);
});
afterEach(async () => {
  await Promise.all(cleanUps.map((cleanUp) => cleanUp()));
  cleanUps = [];
  await dropDatabase(url);
});

const nameOf = (databaseUrl: string) => new URL(databaseUrl).pathname.slice(1);

function expectAllWritten(report: SimulatorReport, slowestMs: number): void {
  expect(report).toMatchObject({
    failed: {},
    lost: 0,
    mismatched: 0,
    examples: [],
    unknown: 0,
    disconnects: 0,
  });
  expect(report.attempts).toBeGreaterThan(100);
  expect(report.updates).toBeGreaterThan(100);
  expect(report.latencyMs.max).toBeLessThan(slowestMs);
}

/** Attempts and endpoints whose new columns are not what the original ones say. */
const driftSql = `
  SELECT 'attempt ' || a.id AS "what"
    FROM delivery_attempts a
    JOIN events e ON e.id = a.event_id
    JOIN endpoints p ON p.id = a.endpoint_id
    JOIN applications o ON o.id = p.application_id
   WHERE a.user_id IS DISTINCT FROM o.user_id
      OR a.event_ingested_at IS DISTINCT FROM coalesce(e.ingested_at, '-infinity')
  UNION ALL
  SELECT 'endpoint ' || p.id
    FROM endpoints p JOIN applications o ON o.id = p.application_id
   WHERE p.user_id IS DISTINCT FROM o.user_id
   LIMIT 5`;

/** Runs `step` again and again over one connection, with a rest in between, until stopped; counts, and keeps failures. */
async function repeatedly(everyMs: number, step: (client: pg.Client, turn: number) => Promise<unknown>) {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the query reports it
  await client.connect();
  const seen = { turns: 0, failures: [] as string[] };
  let stopping = false;
  const loop = (async () => {
    while (!stopping) {
      await step(client, seen.turns++).catch((error: Error) => seen.failures.push(error.message));
      await sleep(everyMs);
    }
  })();
  const stop = async () => {
    stopping = true;
    await loop;
    await client.end();
    return seen;
  };
  cleanUps.push(stop);
  return stop;
}

function startWriters(): SimulatorProcess {
  const simulator = startSimulator(url);
  cleanUps.push(simulator.kill);
  return simulator;
}

/** EthHook's own reads, as prepared statements, which a change of the schema could break. */
const startReader = async () => {
  const [user] = await withQuery(url, (query) => query('SELECT u.id FROM users u ORDER BY u.id LIMIT 1'));
  const latest = `SELECT a.id, a.event_id, a.success, a.duration_ms FROM delivery_attempts a
                  ORDER BY a.attempted_at DESC LIMIT 20`;
  return repeatedly(READ_EVERY_MS, async (client) => {
    await client.query({ name: 'dashboard', text: originalDashboard, values: [user?.id] });
    await client.query({ name: 'latest', text: latest });
  });
};

/** Moves an application to another user, an endpoint to another user's application, and both back. */
async function startChangingOwners() {
  const owned = (await withQuery(url, (query) =>
    query(
      `SELECT o.id, o.user_id AS "userId", min(p.id::text) AS "endpoint"
         FROM applications o
         JOIN endpoints p ON p.application_id = o.id AND p.is_active
         JOIN delivery_attempts a ON a.endpoint_id = p.id
        GROUP BY o.id HAVING count(*) < ${EVENTS / 10} ORDER BY count(*) DESC`,
    ),
  )) as { id: string; userId: string; endpoint: string }[];
  const [one] = owned;
  const two = owned.find(({ userId }) => userId !== one?.userId);
  const stop = await repeatedly(CHANGE_OWNER_EVERY_MS, async (client, turn) => {
    const [userId, application] = turn % 2 === 0 ? [two?.userId, two?.id] : [one?.userId, one?.id];
    await client.query('UPDATE applications SET user_id = $1 WHERE id = $2', [userId, one?.id]);
    await client.query('UPDATE endpoints SET application_id = $1 WHERE id = $2', [
      application,
      one?.endpoint,
    ]);
  });
  return async () => {
    const seen = await stop();
    await withQuery(url, async (query) => {
      await query(`UPDATE applications SET user_id = '${one?.userId}' WHERE id = '${one?.id}'`);
      await query(`UPDATE endpoints SET application_id = '${one?.id}' WHERE id = '${one?.endpoint}'`);
    });
    return seen;
  };
}

it('run and reverted under writers, a reader and changing owners: nothing fails, is lost or drifts', async () => {
  const simulator = startWriters();
  const stopReader = await startReader();
  const stopChangingOwners = await startChangingOwners();
  await sleep(1000);
  expect(await migrate(url, 'run')).toMatchObject({ code: 0 });
  const changes = await stopChangingOwners();
  expectAllWritten(await simulator.stop(), HANGS_MS);
  expect(changes).toMatchObject({ failures: [] });
  expect(changes.turns).toBeGreaterThan(4);
  expect(await readEndState(url)).toMatchObject({ leftovers: [] });
  await withQuery(url, async (query) => {
    expect(await query(driftSql)).toEqual([]);
    expect(await checksumsOf(query, rowsBefore)).toEqual(rowsBefore.checksums);
  });

  const writer = startWriters();
  await sleep(1000);
  for (const { name } of [...migrations].reverse())
    expect(await migrate(url, 'revert')).toMatchObject({
      code: 0,
      output: expect.stringMatching(new RegExp(`${name} reverted\n$`)),
    });
  expectAllWritten(await writer.stop(), HANGS_MS);
  const reads = await stopReader();
  expect(reads).toMatchObject({ failures: [] });
  expect(reads.turns).toBeGreaterThan(20);
  await withQuery(url, async (query) => {
    expect(await dumpSchema(query, { without: [LEDGER_TABLE] })).toBe(schemaBefore);
    expect(await checksumsOf(query, rowsBefore)).toEqual(rowsBefore.checksums);
  });
});

it('a reader whose transaction stays open keeps the run waiting, and no writer behind it', async () => {
  const reader = new pg.Client({ connectionString: url });
  reader.on('error', () => undefined); // after a failure the database is dropped under it
  await reader.connect();
  cleanUps.push(() => reader.end());
  await reader.query('BEGIN');
  await reader.query('SELECT count(*) FROM delivery_attempts');
  const simulator = startWriters();
  await sleep(1000);
  const run = startMigrate(url, 'run');
  await run.prints(/applying AddAttemptColumns/);
  await sleep(READER_HOLDS_MS);
  const outputMeanwhile = run.output();
  await reader.query('COMMIT');
  expect(await run.ended()).toMatchObject({ code: 0 });
  expectAllWritten(await simulator.stop(), STUCK_MS);
  expect(outputMeanwhile).toMatch(
    /AddAttemptColumns\d+: canceling .+ lock timeout, held by backend \d+ .+; attempt 3 of/,
  );
  expect(outputMeanwhile).not.toMatch(/applying BackfillAttemptColumns/);
  await withQuery(url, async (query) => expect(await query(driftSql)).toEqual([]));
});
