import { randomInt } from 'node:crypto';
import { Random } from '../../src/demo/random.js';
import { Fold } from '../../src/modules/statistics/fold.js';
import {
  applyChange,
  type Change,
  largeChanges,
  pickChange,
  rareChanges,
  smallChanges,
} from '../support/exact-changes.js';
import { compareAnswers, newComparison, type Comparison } from '../support/exact-comparison.js';
import { questionsOf, readTenants } from '../support/exact-questions.js';
import { createExactWorld } from '../support/exact-world.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { durationDifferences, rollupDifferences, rollupTables } from '../support/rollup-recount.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

// Some ten thousand statements, on a machine that others load.
jest.setTimeout(240_000);

const seed = Number(process.env.EXACT_SEED ?? randomInt(2 ** 32));
const ROUNDS = 16;
const SERIES = 5;
const MAX_TAIL_ROWS = 1_000_000;

let database: TestDatabase;
let session: OwnSession;
let fold: Fold;

beforeAll(async () => {
  database = await createTestDatabase();
  await createExactWorld(database);
  session = await openSession(database.url);
  fold = new Fold(session);
});

afterAll(async () => {
  await session.close();
  await database.drop();
});

async function foldAll(): Promise<void> {
  while ((await fold.step()).isBehind);
  while (await fold.rebuild());
}

/** Some way on, or all the way, in small steps or large ones, with and without what is to be counted anew. */
async function foldSomehow(random: Random): Promise<void> {
  const steps = random.integer(0, 4);
  for (let step = 0; step < steps; step++) await fold.step(random.pick([1, 3, 50, 100_000]));
  if (random.chance(0.3)) await fold.rebuild(random.pick([7, 200]));
  if (random.chance(0.4)) await foldAll();
}

async function compareAll(random: Random, into: Comparison): Promise<void> {
  const questions = questionsOf(await readTenants(session), SERIES, random);
  await session.transaction({ snapshot: true, readOnly: true }, (tx) =>
    compareAnswers(tx, questions, MAX_TAIL_ROWS, into),
  );
}

/** As pruning does it, but up to a few hours ago: so that windows begin on either side of it. */
const moveFineFrom = async (random: Random) => {
  await session.run(
    `WITH moved AS (
       UPDATE statistics_state s SET fine_from = greatest(s.fine_from, date_trunc('hour', now(), 'UTC') - $1 * INTERVAL '1 hour')
       RETURNING s.fine_from)
     DELETE FROM statistics_fine f USING moved m WHERE f.bucket < m.fine_from`,
    [random.integer(1, 25)],
  );
};

async function rollupRowsThatDiffer(): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (const table of rollupTables) rows.push(...(await session.run(rollupDifferences(table))));
  return [...rows, ...(await session.run(durationDifferences))];
}

describe(`statistics while anything changes (EXACT_SEED=${seed} draws the same again)`, () => {
  it('equal the original SQL after every change, however far the fold is', async () => {
    const random = new Random(`exact/${seed}`).seek(0, 0);
    const comparison = newComparison();
    await foldAll();
    for (let round = 0; round < ROUNDS; round++) {
      const done: string[] = [];
      for (let change = random.integer(1, 8); change > 0; change--) {
        const kinds = random.chance(0.12) ? largeChanges : smallChanges;
        const picked =
          round > 0 && round % 6 === 5 && change === 1
            ? pickChange(random, rareChanges)
            : pickChange(random, kinds);
        done.push(picked.name);
        await applyChange(session.run, picked, `${seed}/${round}/${change}`, random);
        if (random.chance(0.4)) await foldSomehow(random);
      }
      if (round % 6 === 3) await moveFineFrom(random);
      await compareAll(random, comparison);
      expect({ round, done, differences: comparison.differences.slice(0, 3) }).toEqual({
        round,
        done,
        differences: [],
      });
    }
    expect(comparison.sources.rollups).toBe(0);
    // Else it would prove nothing: what is being counted anew is answered by the original SQL itself.
    expect(comparison.sources.live).toBeGreaterThan(comparison.sources.original);
  });

  it('survive a change of owner that is counted anew before it is folded', async () => {
    const random = new Random(`owner/${seed}`).seek(0, 0);
    const comparison = newComparison();
    const change = largeChanges.find(({ name }) => name === 'give an application away') as Change;
    for (let round = 0; round < 4; round++) {
      await foldAll();
      await applyChange(session.run, change, `${seed}/owner/${round}`, random);
      while (await fold.rebuild());
      await compareAll(random, comparison);
    }
    expect(comparison.differences.slice(0, 3)).toEqual([]);
  });

  it('rest on rollups that are what a recount of all attempts gives', async () => {
    await foldAll();
    expect(await rollupRowsThatDiffer()).toEqual([]);
  });
});
