import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { loadConfig, type AppConfig } from '../../src/kernel/config/config.js';
import { connectionOptions } from '../../src/kernel/database/connection.js';
import { Wire, type QueryRunner } from '../../src/kernel/database/wire.js';
import { Random } from '../../src/demo/random.js';
import { LiveEventsReads } from '../../src/modules/events/live-events.reads.js';
import { OriginalEventsReads } from '../../src/modules/events/original-events.reads.js';
import { Fold } from '../../src/modules/statistics/fold.js';
import { LiveStatisticsReads } from '../../src/modules/statistics/live-statistics.reads.js';
import { OriginalStatisticsReads } from '../../src/modules/statistics/original-statistics.reads.js';
import { applyChange, pickChange, smallChanges } from '../support/exact-changes.js';
import { compareAnswers, newComparison } from '../support/exact-comparison.js';
import { questionsOf, readTenants, type Question, type Tenant } from '../support/exact-questions.js';
import { addAttempts, createExactWorld, some } from '../support/exact-world.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import type { Replica } from '../support/replica.js';
import { startReplicatedWorld, type ReplicatedWorld } from '../support/replicated-world.js';
import { foldAll } from '../support/rollup-engine.js';

jest.setTimeout(120_000);

const seed = Number(process.env.EXACT_SEED ?? randomInt(2 ** 32));
const WRITERS = 3;
const DURATION_MS = 6000;
/** More subtransactions than a snapshot has room for: what it knows of them is in pg_subtrans then. */
const MANY_SUBTRANSACTIONS = 100;
const MAX_TAIL_ROWS = 1_000_000;

let world: ReplicatedWorld;
let replica: Replica;
let writers: OwnSession[];
let folding: OwnSession;
let open: OwnSession;
let onReplica: OwnSession;

beforeAll(async () => {
  world = await startReplicatedWorld(['exact'], (database) => createExactWorld(database as never));
  [replica] = world.replicas as [Replica];
  const session = () => openSession(world.server.url);
  writers = await Promise.all(Array.from({ length: WRITERS }, session));
  [folding, open] = [await session(), await session()];
  await foldAll(folding);
  await replica.caughtUp();
  onReplica = await openSession(replica.url);
});

afterAll(async () => {
  for (const session of [...writers, folding, open, onReplica]) await session.close().catch(() => undefined);
  await world.remove();
});

const isExpected = ({ cause }: Error) =>
  ['40P01', '23503', '23505', '55P03'].includes((cause as { code?: string }).code ?? '');

async function write(session: OwnSession, random: Random, name: string, until: number): Promise<number> {
  let written = 0;
  for (let turn = 0; performance.now() < until; turn++) {
    const key = `${seed}/${name}/${turn}`;
    await applyChange(session.run, pickChange(random, smallChanges), key, random).then(
      () => written++,
      (error: Error) => {
        if (!isExpected(error)) throw error;
      },
    );
    await sleep(random.integer(0, 20));
  }
  return written;
}

/** One transaction after the other whose snapshots overflow, with what is written below each savepoint. */
async function overflow(session: OwnSession, until: number): Promise<void> {
  for (let turn = 0; performance.now() < until; turn++) {
    await session.run('BEGIN');
    for (let depth = 0; depth < MANY_SUBTRANSACTIONS; depth++) {
      await session.run(`SAVEPOINT s${depth}`);
      await session
        .run(addAttempts('$1::text', some('events', 1)), [`${seed}/overflow/${turn}/${depth}`])
        .catch(() => session.run(`ROLLBACK TO s${depth}`));
    }
    await session.run(turn % 3 === 2 ? 'ROLLBACK' : 'COMMIT').catch(() => undefined);
  }
}

async function foldOn(random: Random, until: number): Promise<void> {
  const fold = new Fold(folding);
  while (performance.now() < until) {
    await fold.step(random.pick([3, 100, 100_000]));
    await fold.rebuild(random.pick([200, 100_000]));
    await sleep(random.integer(0, 60));
  }
}

async function stumble(random: Random, until: number): Promise<void> {
  while (performance.now() < until) {
    await sleep(random.integer(50, 400));
    await replica.pauseReplay();
    await sleep(random.integer(50, 300));
    await replica.resumeReplay();
  }
}

it(`live reads of a replica equal the original SQL in each of its snapshots, while others write and fold (EXACT_SEED=${seed})`, async () => {
  const comparison = newComparison();
  const until = performance.now() + DURATION_MS;
  const random = (stream: number) => new Random(`replica/${seed}`).seek(stream, 0);
  const check = async (draw: Random) => {
    while (performance.now() < until) {
      const questions = questionsOf(await readTenants(onReplica), 1, draw);
      const few = Array.from({ length: 25 }, () => draw.pick(questions));
      await onReplica.transaction({ snapshot: true, readOnly: true }, (tx) =>
        compareAnswers(tx, few, MAX_TAIL_ROWS, comparison),
      );
    }
  };
  const [, , , , ...written] = await Promise.all([
    foldOn(random(10), until),
    check(random(11)),
    stumble(random(12), until),
    overflow(open, until),
    ...writers.map((session, n) => write(session, random(n), `writer${n}`, until)),
  ]);
  expect(Math.min(...written)).toBeGreaterThan(0);
  expect(comparison.differences.slice(0, 3)).toEqual([]);
  expect(comparison.sources.live).toBeGreaterThan(100);
});

it('a replica that has the same gives the same answers as the primary, of the same moment, tails and open transactions too', async () => {
  const random = new Random(`same/${seed}`).seek(0, 0);
  for (let round = 0; round < 3; round++) {
    const key = `${seed}/same/${round}`;
    await new Fold(folding).step(round % 2 === 0 ? 5 : 100_000);
    await open.run('BEGIN');
    await open.run(addAttempts('$1::text', some('events', 20)), [key]);
    for (let change = 0; change < 6; change++)
      await applyChange(writers[0]!.run, pickChange(random, smallChanges), `${key}/${change}`, random).catch(
        () => undefined,
      );
    await replica.caughtUp();
    const tenants = await readTenants(folding);
    const questions = questionsOf(tenants, 1, random);
    const first = await answers(world.server.url, tenants, questions);
    expect(await answers(replica.url, tenants, questions)).toEqual(first);
    await open.run('COMMIT');
  }
});

const MOMENT = new Date().toISOString();

/** Every read of every tenant and pages of their lists, of a given moment. */
async function answers(
  url: string,
  tenants: readonly Tenant[],
  questions: readonly Question[],
): Promise<unknown[]> {
  const config = loadConfig({ DATABASE_URL: url, JWT_SECRET: 'x'.repeat(32) }) as AppConfig;
  const client = new pg.Client(connectionOptions(config, 'test'));
  await client.connect();
  const wire = new Wire(config.database.statementTimeoutMs, 'none');
  const runner: QueryRunner = { query: (statement) => wire.query(client, statement, MOMENT) };
  try {
    const told: unknown[] = [];
    for (const maxTailRows of [MAX_TAIL_ROWS, 0]) {
      const statistics = new LiveStatisticsReads(runner, maxTailRows, new OriginalStatisticsReads(runner));
      for (const { read, parameters, ask } of questions)
        told.push({ read, parameters, answer: await ask(statistics) });
    }
    const events = new LiveEventsReads(runner, MAX_TAIL_ROWS, new OriginalEventsReads(runner));
    for (const { userId } of tenants) {
      const page = await events.list({ userId }, { kind: 'first' }, 10);
      const last = page.value.events.at(-1);
      told.push(page, await events.attempts({ userId }, { kind: 'first' }, 10));
      if (last !== undefined) {
        const than = { ingestedAt: last.ingestedAt ?? '-infinity', id: last.id };
        told.push(await events.list({ userId }, { kind: 'older', than }, 10));
        told.push(await events.list({ userId }, { kind: 'newer', than }, 10));
      }
    }
    return told;
  } finally {
    await client.end();
  }
}
