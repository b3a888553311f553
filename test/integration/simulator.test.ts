import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { NoEndpointsError } from '../../scripts/simulator/endpoints.js';
import type { LatencyEntry } from '../../scripts/simulator/latency-log.js';
import { Pacer } from '../../scripts/simulator/pacer.js';
import { simulate, type SimulatorReport } from '../../scripts/simulator/simulate.js';
import { seedDemoData } from '../../src/demo/seed.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const never = new AbortController().signal;
const accounts = {
  events: 0,
  users: 4,
  days: 1,
  seed: 1,
  until: new Date(),
  emailDomain: 'example.com',
  password: 'a-password',
};

// The runs themselves last seconds, and the machine may be busy.
jest.setTimeout(60_000);

let database: TestDatabase;
let folder: string;

function withDatabase(): void {
  beforeEach(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  });
  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });
}

async function count(condition: string): Promise<number> {
  const [row] = await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${condition}`);
  return row!.n;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`It never came to be: ${condition.toString()}`);
    await sleep(25);
  }
}

/** What the report says, against what is there. */
async function expectCountsOf(report: SimulatorReport): Promise<void> {
  expect({
    events: await count('events'),
    attempts: await count('delivery_attempts'),
    retries: await count('delivery_attempts a WHERE a.attempt_number > 1'),
    updates: await count('delivery_attempts a WHERE a.success IS NOT NULL'),
  }).toEqual({
    events: report.events,
    attempts: report.attempts,
    retries: report.retries,
    updates: report.updates,
  });
}

async function readLatencyLog(file: string): Promise<LatencyEntry[]> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as LatencyEntry);
}

describe('simulate', () => {
  withDatabase();

  it('writes events and deliveries at the asked rate and finds all of them again', async () => {
    await seedDemoData(database.url, accounts);
    const ledgerFile = join(folder, 'ledger.ndjson');
    const latencyFile = join(folder, 'latency.ndjson');
    const options = { databaseUrl: database.url, rate: 200, seconds: 5, seed: 3, writers: 3 };
    const report = await simulate({ ...options, ledgerFile, latencyFile }, never);

    await expectCountsOf(report);
    expect(report).toMatchObject({
      lost: 0,
      mismatched: 0,
      examples: [],
      failed: {},
      unknown: 0,
      disconnects: 0,
    });
    const rows = report.events + report.attempts;
    expect(rows + report.skippedRows).toBeGreaterThan(0.8 * 200 * 5);
    expect(rows).toBeLessThanOrEqual(200 * report.seconds + 1);
    expect(report.achievedRate).toBeCloseTo(rows / report.seconds, 6);
    expect(report.retries).toBeGreaterThan(0);
    const { p50, p95, p99, max } = report.latencyMs;
    expect([p50, p95, p99, max]).toEqual([p50, p95, p99, max].sort((a, b) => a - b));
    expect(p50).toBeGreaterThan(0);

    const lines = (await readFile(ledgerFile, 'utf8')).trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as { op: string; table: string; id: string });
    const written = (op: string, table: string) =>
      entries.filter((entry) => entry.op === op && entry.table === table).map((entry) => entry.id);
    const ids = async (table: string) =>
      (await database.query<{ id: string }>(`SELECT t.id FROM ${table} t`)).map((row) => row.id);
    expect(written('insert', 'events').sort()).toEqual((await ids('events')).sort());
    expect(written('insert', 'delivery_attempts').sort()).toEqual((await ids('delivery_attempts')).sort());
    expect(written('update', 'delivery_attempts')).toHaveLength(report.updates);

    const sent = await readLatencyLog(latencyFile);
    expect(new Set(sent.map(({ outcome }) => outcome))).toEqual(new Set(['acknowledged']));
    const named = (name: string) => sent.filter(({ statement }) => statement === name);
    expect(named('simulator-insert-attempt')).toHaveLength(report.attempts);
    expect(named('simulator-update-attempt')).toHaveLength(report.updates);
    // The report's histogram keeps three figures.
    expect(Math.max(...sent.map(({ latencyMs }) => latencyMs)) / max).toBeCloseTo(1, 2);
  });

  it('survives the end of its connections in the middle of writes, which it counts as unknown', async () => {
    await seedDemoData(database.url, accounts);
    const writers = 3;
    const end = new AbortController();
    const run = simulate({ databaseUrl: database.url, rate: 300, seconds: 30, seed: 3, writers }, end.signal);
    await until(async () => (await count('events')) > 20);

    const blocker = new pg.Client({ connectionString: database.url });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE events, delivery_attempts IN SHARE ROW EXCLUSIVE MODE');
    const blocked = `pg_stat_activity a WHERE a.application_name = 'ethhook-simulator' AND a.wait_event_type = 'Lock'
                        AND a.datname = current_database()`;
    await until(async () => (await count(blocked)) === writers);
    // Waits until they are gone: one that got the lock first would write all the same.
    await database.query(`SELECT pg_terminate_backend(a.pid, 10000) FROM ${blocked}`);
    await blocker.query('ROLLBACK');
    await blocker.end();

    const before = await count('events');
    await until(async () => (await count('events')) > before + 20);
    end.abort();
    const report = await run;
    expect(report).toMatchObject({
      lost: 0,
      mismatched: 0,
      unknown: writers,
      disconnects: writers,
      failed: {},
    });
    await expectCountsOf(report);
  });

  it('counts what the database refuses by SQLSTATE', async () => {
    await seedDemoData(database.url, accounts);
    await database.query('ALTER TABLE events ADD CONSTRAINT fussy CHECK (log_index < 300)');
    const latencyFile = join(folder, 'latency.ndjson');
    const report = await simulate(
      { databaseUrl: database.url, rate: 200, seconds: 2, seed: 3, writers: 2, latencyFile },
      never,
    );
    expect(Object.keys(report.failed)).toEqual(['23514']);
    const refused = (await readLatencyLog(latencyFile)).filter(({ outcome }) => outcome !== 'acknowledged');
    expect(refused.map(({ outcome }) => outcome)).toEqual(Array(report.failed['23514']).fill('23514'));
    expect(report).toMatchObject({ lost: 0, mismatched: 0, unknown: 0 });
    await expectCountsOf(report);
  });

  it('delivers to the endpoints of one application when told so', async () => {
    await seedDemoData(database.url, accounts);
    const [application] = await database.query<{ id: string }>(
      `SELECT e.application_id AS id FROM endpoints e WHERE e.is_active ORDER BY e.application_id LIMIT 1`,
    );
    const applicationId = application!.id;
    const options = { databaseUrl: database.url, rate: 100, seconds: 2, seed: 1, writers: 1, applicationId };
    const report = await simulate(options, never);
    expect(report.attempts).toBeGreaterThan(10);
    await expectCountsOf(report);
    expect(
      await count(`delivery_attempts a JOIN endpoints e ON e.id = a.endpoint_id
                         WHERE e.application_id <> '${applicationId}'`),
    ).toBe(0);
    const nobodys = { ...options, applicationId: '00000000-0000-4000-8000-000000000000' };
    await expect(simulate(nobodys, never)).rejects.toThrow(NoEndpointsError);
  });

  it('needs an active endpoint', async () => {
    const options = { databaseUrl: database.url, rate: 1, seconds: 1, seed: 1, writers: 1 };
    await expect(simulate(options, never)).rejects.toThrow(NoEndpointsError);
    await seedDemoData(database.url, accounts);
    await database.query('UPDATE endpoints SET is_active = false');
    await expect(simulate(options, never)).rejects.toThrow(NoEndpointsError);
  });
});

describe('npm run simulate', () => {
  withDatabase();

  const cli = join(import.meta.dirname, '../../dist/scripts/simulate.js');

  function start(...args: string[]) {
    const env = { PATH: process.env.PATH, DATABASE_URL: database.url };
    const child = spawn(process.execPath, [cli, ...args], { env });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (text: Buffer) => (output.stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (output.stderr += text.toString()));
    const exit = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
      child.on('close', (code) => resolve({ code, ...output })),
    );
    return { child, exit };
  }

  it('ends early on SIGTERM with the report, and finds what was deleted and altered behind its back', async () => {
    await seedDemoData(database.url, accounts);
    const { child, exit } = start('--rate', '200', '--seconds', '60');
    await until(async () => (await count('delivery_attempts a WHERE a.success')) > 20);
    const [deleted] = await database.query<{ id: string }>(
      `DELETE FROM delivery_attempts d
        WHERE d.id = (SELECT a.id FROM delivery_attempts a WHERE a.success LIMIT 1) RETURNING d.id`,
    );
    const [altered] = await database.query<{ id: string }>(
      `UPDATE events e SET data = e.data || '0' WHERE e.id = (SELECT v.id FROM events v LIMIT 1) RETURNING e.id`,
    );
    child.kill('SIGTERM');
    const { code, stdout } = await exit;
    const report = JSON.parse(stdout) as SimulatorReport;
    expect(report).toMatchObject({ lost: 1, mismatched: 1 });
    expect(report.examples.sort()).toEqual([
      `delivery_attempts ${deleted!.id} lost`,
      `events ${altered!.id} mismatched`,
    ]);
    expect(report.seconds).toBeLessThan(30);
    expect(code).toBe(1);
  });

  it('says what is wrong, and needs no more than a seeded database', async () => {
    const badFlag = await start('--rate', '0', '--seconds', '1').exit;
    expect(badFlag).toMatchObject({ code: 2, stdout: '' });
    expect(badFlag.stderr).toContain('--rate is "0": it takes a whole number from 1 to 50000');
    const empty = await start('--rate', '10', '--seconds', '1').exit;
    expect(empty).toMatchObject({ code: 1, stdout: '' });
    expect(empty.stderr).toContain('no active endpoint');
    await seedDemoData(database.url, accounts);
    const good = await start('--rate', '50', '--seconds', '1').exit;
    expect(JSON.parse(good.stdout)).toMatchObject({ lost: 0, mismatched: 0, targetRate: 50 });
    expect(good.code).toBe(0);
  });
});

describe('Pacer', () => {
  it('gives out the rows that are due, by the clock', () => {
    let now = 0;
    const pacer = new Pacer(100, 50, () => now);
    expect(pacer.take(1)).toBe(false);
    now = 100;
    expect(pacer.take(11)).toBe(false);
    expect(pacer.take(6)).toBe(true);
    expect(pacer.take(5)).toBe(false);
    expect(pacer.take(4)).toBe(true);
    now = 110;
    expect([pacer.take(1), pacer.take(1)]).toEqual([true, false]);
    expect(pacer.skipped).toBe(0);
  });

  it('catches up at most one burst after a stall and counts the rest', () => {
    let now = 0;
    const pacer = new Pacer(100, 50, () => now);
    now = 10_000;
    expect(pacer.take(51)).toBe(false);
    expect(pacer.take(50)).toBe(true);
    expect(pacer.take(1)).toBe(false);
    expect(pacer.skipped).toBe(950);
    now = 10_010;
    expect([pacer.take(1), pacer.take(1)]).toEqual([true, false]);
  });
});
