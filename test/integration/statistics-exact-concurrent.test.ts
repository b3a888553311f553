import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../src/demo/random.js';
import { Fold, type FoldSession } from '../../src/modules/statistics/fold.js';
import { LiveStatisticsReads } from '../../src/modules/statistics/live-statistics.reads.js';
import { OriginalStatisticsReads } from '../../src/modules/statistics/original-statistics.reads.js';
import { applyChange, largeChanges, pickChange, smallChanges } from '../support/exact-changes.js';
import { addDifference, compareAnswers, newComparison } from '../support/exact-comparison.js';
import { questionsOf, readTenants, type Question } from '../support/exact-questions.js';
import { addAttempts, createExactWorld, some } from '../support/exact-world.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { durationDifferences, rollupDifferences, rollupTables } from '../support/rollup-recount.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(120_000);

const seed = Number(process.env.EXACT_SEED ?? randomInt(2 ** 32));
const WRITERS = 4;
const DURATION_MS = 10_000;

let database: TestDatabase;
let sessions: OwnSession[];

beforeAll(async () => {
  database = await createTestDatabase();
  await createExactWorld(database);
  sessions = await Promise.all(Array.from({ length: WRITERS + 2 }, () => openSession(database.url)));
});

afterAll(async () => {
  for (const session of sessions) await session.close();
  await database.drop();
});

/** The two beside the writers. */
const ownSessions = () => sessions.slice(WRITERS) as [OwnSession, OwnSession];

async function foldAll(fold: Fold): Promise<void> {
  while ((await fold.step()).isBehind);
  while (await fold.rebuild());
}

/** What two writers may do to each other: the transaction is rolled back, and that is all. */
const isExpected = ({ cause }: Error) =>
  ['40P01', '23503', '23505', '55P03'].includes((cause as { code?: string }).code ?? '');

async function write(session: OwnSession, random: Random, name: string, until: number): Promise<number> {
  let written = 0;
  for (let turn = 0; performance.now() < until; turn++) {
    const change = pickChange(random, random.chance(0.03) ? largeChanges : smallChanges);
    const pauseMs = random.chance(0.2) ? random.integer(50, 800) : random.integer(0, 20);
    const run = async (text: string, values?: readonly unknown[]) => {
      if (text === 'COMMIT' || text === 'ROLLBACK') await sleep(pauseMs);
      return session.run(text, values);
    };
    await applyChange(run, change, `${seed}/${name}/${turn}`, random).then(
      () => written++,
      (error: Error) => {
        if (!isExpected(error)) throw error;
      },
    );
  }
  return written;
}

async function foldOn(session: OwnSession, random: Random, until: number): Promise<void> {
  const fold = new Fold(session);
  while (performance.now() < until) {
    await fold.step(random.pick([3, 100, 100_000]));
    await fold.rebuild(random.pick([200, 100_000]));
    await sleep(random.integer(0, 60));
  }
}

describe(`statistics while others write and fold (EXACT_SEED=${seed} draws the same changes again)`, () => {
  it('equal the original SQL in each snapshot', async () => {
    const [folding, checking] = ownSessions();
    await foldAll(new Fold(folding));
    const comparison = newComparison();
    const until = performance.now() + DURATION_MS;
    const check = async (random: Random) => {
      while (performance.now() < until) {
        const questions = questionsOf(await readTenants(checking), 1, random);
        const few = Array.from({ length: 25 }, () => random.pick(questions));
        await checking.transaction({ snapshot: true, readOnly: true }, (tx) =>
          compareAnswers(tx, few, 1_000_000, comparison),
        );
      }
    };
    const random = (stream: number) => new Random(`concurrent/${seed}`).seek(stream, 0);
    const [, , ...written] = await Promise.all([
      foldOn(folding, random(10), until),
      check(random(11)),
      ...sessions.slice(0, WRITERS).map((session, n) => write(session, random(n), `writer${n}`, until)),
    ]);
    expect(Math.min(...written)).toBeGreaterThan(0);
    expect(comparison.differences.slice(0, 3)).toEqual([]);
    expect(comparison.sources.live).toBeGreaterThan(100);
    await foldAll(new Fold(folding));
    for (const table of rollupTables) expect(await folding.run(rollupDifferences(table))).toEqual([]);
    expect(await folding.run(durationDifferences)).toEqual([]);
  });

  it('of the last fold equal what the original SQL gave in its snapshot, whatever was written since', async () => {
    const [folding, checking] = ownSessions();
    const [writer, open] = sessions as [OwnSession, OwnSession];
    const random = new Random(`folded/${seed}`).seek(0, 0);
    const comparison = newComparison();
    for (let round = 0; round < 5; round++) {
      await foldAll(new Fold(folding));
      const key = `${seed}/folded/${round}`;
      await open.run('BEGIN');
      await open.run(addAttempts('$1::text', some('events', 30)), [key]);
      await applyChange(writer.run, pickChange(random, smallChanges), `${key}/before`, random);
      const questions = questionsOf(await readTenants(checking), 4, random).filter(isOfRollups);
      const answers = await foldAndAsk(folding, questions);
      await open.run('COMMIT');
      for (let change = 0; change < 4; change++)
        await applyChange(writer.run, pickChange(random, attemptChanges), `${key}/${change}`, random);
      await writer.run(addAttempts('$1::text', some('events', 30)), [`${key}/more`]);
      await checking.transaction({ snapshot: true, readOnly: true }, async (tx) => {
        const live = new LiveStatisticsReads(tx, 0, new OriginalStatisticsReads(tx));
        for (const [index, question] of questions.entries()) {
          const ours = await question.ask(live);
          comparison.sources[ours.trust.source]++;
          addDifference(question, { ...ours, value: timeless(ours.value) }, answers[index], comparison);
        }
      });
      expect(comparison.differences.slice(0, 3)).toEqual([]);
    }
    expect(comparison.sources).toMatchObject({ live: 0, original: 0 });
  });
});

/** What they ask for is not changed: endpoints stay where they are. */
const attemptChanges = smallChanges.filter(({ name }) => !name.includes('user'));
/** The first and last event are of now, and so is an order that ends with the endpoints' ids. */
const isOfRollups = ({ read }: Question) => read !== 'performance';

/** The answers of the original SQL in the very transaction that folds: of its snapshot, and at its time. */
async function foldAndAsk(session: OwnSession, questions: readonly Question[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  const asking: FoldSession = {
    transaction: (options, run) =>
      session.transaction(options, async (tx) => {
        const result = await run(tx);
        const original = new OriginalStatisticsReads(tx);
        for (const question of questions) answers.push(timeless((await question.ask(original)).value));
        return result;
      }),
  };
  expect((await new Fold(asking).step(1_000_000)).isBehind).toBe(false);
  return answers;
}

function timeless(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((row: Record<string, unknown>) => {
    const { firstEventAt: _1, lastEventAt: _2, activeToday: _3, activeThisWeek: _4, ...rest } = row;
    return rest;
  });
}
