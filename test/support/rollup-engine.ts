import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../src/demo/random.js';
import { Fold } from '../../src/modules/statistics/fold.js';
import { compareAnswers, newComparison, type Comparison } from './exact-comparison.js';
import { questionsOf, readTenants } from './exact-questions.js';
import { openSession, type OwnSession } from './own-session.js';
import { durationDifferences, rollupDifferences, rollupTables } from './rollup-recount.js';

const SERIES = 3;
const MAX_TAIL_ROWS = 1_000_000;

/** All that is asked for is counted, and all that has come is folded. */
export async function foldAll(session: OwnSession): Promise<void> {
  const fold = new Fold(session);
  for (let isDone = false; !isDone;) {
    const { isBehind } = await fold.step();
    isDone = !(await fold.rebuild()) && !isBehind;
  }
}

/** Every read of every tenant, in one snapshot; tells where the answers came from. Fails where one is not the original's. */
export async function expectExactReads(
  session: OwnSession,
  maxTailRows = MAX_TAIL_ROWS,
): Promise<Comparison['sources']> {
  const comparison = newComparison();
  const questions = questionsOf(await readTenants(session), SERIES, new Random('rollup engine').seek(0, 0));
  await session.transaction({ snapshot: true, readOnly: true }, (tx) =>
    compareAnswers(tx, questions, maxTailRows, comparison),
  );
  expect(comparison.differences.slice(0, 3)).toEqual([]);
  return comparison.sources;
}

/** Every rollup row, against a count of all attempts. Nobody else may write. */
export async function expectExactRollups(session: OwnSession): Promise<void> {
  const rows: unknown[] = [];
  for (const table of rollupTables) rows.push(...(await session.run(rollupDifferences(table))));
  expect([...rows, ...(await session.run(durationDifferences))].slice(0, 5)).toEqual([]);
}

/** Inserts, outcomes of attempts in flight, deletes and moves. */
const changes = [
  `INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number, duration_ms, success)
   SELECT e.id, p.id, 9, (random() * 900)::int, (ARRAY[true, false, NULL])[1 + (random() * 2)::int]
     FROM (SELECT id FROM events ORDER BY random() LIMIT 5) e CROSS JOIN (SELECT id FROM endpoints ORDER BY random() LIMIT 1) p`,
  `UPDATE delivery_attempts SET success = random() < 0.8, duration_ms = (random() * 2000)::int
    WHERE id IN (SELECT id FROM delivery_attempts WHERE success IS NULL LIMIT 20)`,
  `DELETE FROM delivery_attempts WHERE id IN (SELECT id FROM delivery_attempts ORDER BY random() LIMIT 2)`,
  `UPDATE events SET ingested_at = ingested_at - INTERVAL '7 minutes'
    WHERE id IN (SELECT id FROM events ORDER BY random() LIMIT 2)`,
];

export interface Writer {
  /** Returns how many transactions it has committed. */
  stop(): Promise<number>;
}

/** Small transactions, one after the other, some rolled back. */
export async function startWriter(databaseUrl: string): Promise<Writer> {
  const session = await openSession(databaseUrl);
  let isStopped = false;
  let committed = 0;
  const writing = (async () => {
    for (let turn = 0; !isStopped; turn++) {
      await session.run('BEGIN');
      await session.run(changes[turn % changes.length] ?? '');
      await session.run(turn % 7 === 6 ? 'ROLLBACK' : 'COMMIT');
      committed += Number(turn % 7 !== 6);
      await sleep(5);
    }
  })();
  return {
    stop: async () => {
      isStopped = true;
      await writing;
      await session.close();
      return committed;
    },
  };
}
