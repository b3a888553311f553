import { Random } from '../../src/demo/random.js';
import { LiveStatisticsReads } from '../../src/modules/statistics/live-statistics.reads.js';
import { OriginalStatisticsReads } from '../../src/modules/statistics/original-statistics.reads.js';
import type { SeriesScope } from '../../src/modules/statistics/statistics.reads.js';
import { addDifference, newComparison, type Difference } from './exact-comparison.js';
import { questionsOf, readTenants, seriesQuestion, type Question, type Tenant } from './exact-questions.js';
import { createExactWorld } from './exact-world.js';
import { openSession, type OwnSession } from './own-session.js';
import { foldAll } from './rollup-engine.js';
import { copyTestDatabase, createTestDatabase, type TestDatabase } from './test-database.js';

export const DAYS = 35;
export const BEFORE = `(date_trunc('day', now(), 'UTC') - INTERVAL '${DAYS * 24} hours')`;
const HOUR_MS = 3_600_000;

/** Old attempts that look old, some that wait for a retry, some events that nobody was told of; nothing leaves a trailing day soon. */
const agings = [
  `DELETE FROM events WHERE ingested_at BETWEEN now() - INTERVAL '24 hours' AND now() - INTERVAL '23 hours 40 minutes'`,
  `DELETE FROM events WHERE ingested_at BETWEEN now() - INTERVAL '7 days' AND now() - INTERVAL '167 hours 40 minutes'`,
  `DELETE FROM events WHERE ingested_at > now()`,
  `UPDATE delivery_attempts a SET attempted_at = e.ingested_at + INTERVAL '1 second'
     FROM events e WHERE e.id = a.event_id AND a.attempted_at > now() - INTERVAL '1 hour' AND e.ingested_at < ${BEFORE}`,
  `UPDATE delivery_attempts a SET success = false, should_retry = true, next_retry_at = now() + INTERVAL '1 hour'
    WHERE a.id IN (SELECT x.id FROM delivery_attempts x WHERE x.event_ingested_at BETWEEN '2000-01-01' AND ${BEFORE} ORDER BY md5(x.id::text) LIMIT 7)`,
  `UPDATE delivery_attempts a SET attempted_at = now()
    WHERE a.id IN (SELECT x.id FROM delivery_attempts x WHERE x.event_ingested_at BETWEEN '2000-01-01' AND ${BEFORE} ORDER BY md5('tried' || x.id::text) LIMIT 5)`,
];

/** The exact world, folded, and a twin of it that retention never comes to. */
export async function createTwins(): Promise<[TestDatabase, TestDatabase]> {
  const database = await createTestDatabase();
  await createExactWorld(database);
  for (const aging of agings) await database.query(aging);
  const session = await openSession(database.url);
  await foldAll(session);
  await session.close();
  const twin = await copyTestDatabase(database);
  await Promise.all([database, twin].map(({ query }) => query('ANALYZE')));
  return [database, twin];
}

/** Every read of every tenant, and series of hours and days between full hours of all the past. */
export async function pastQuestions(session: OwnSession, series: number): Promise<Question[]> {
  const tenants = await readTenants(session);
  const random = new Random('retention').seek(0, 0);
  const drawn = tenants.flatMap((tenant) =>
    Array.from({ length: series }, () => seriesQuestion(drawPast(tenant, random))),
  );
  return [...questionsOf(tenants, 0, random), ...drawn];
}

const chains = [undefined, undefined, [1], [10, 137], [1, 10, 137, 8453, 42161], [999]];

function drawPast({ userId, applicationIds, endpointIds }: Tenant, random: Random) {
  const lastHour = Math.floor(Date.now() / HOUR_MS) - 1;
  const from = lastHour - random.integer(24, 95 * 24);
  const to = random.integer(from + 1, lastHour);
  const iso = (hour: number) => new Date(hour * HOUR_MS).toISOString();
  const kind = random.pick(['user', 'application', 'application', 'endpoint'] as const);
  const ids = kind === 'application' ? applicationIds : endpointIds;
  const scope: SeriesScope =
    kind === 'user' || ids.length === 0 ? { kind: 'user' } : { kind, id: random.pick(ids) };
  return {
    userId,
    scope,
    bucket: random.pick(['hour', 'day'] as const),
    from: iso(from),
    to: iso(to),
    hours: 0,
    chainIds: random.pick(chains),
    success: random.pick([undefined, true, false]),
  };
}

/** `maxTailRows` 0: of the last fold, wherever something is not folded. Each answer against the original SQL of the twin. */
export async function differencesFrom(
  twin: OwnSession,
  session: OwnSession,
  questions: readonly Question[],
  maxTailRows = 1_000_000,
): Promise<Difference[]> {
  const comparison = newComparison();
  const expected = new OriginalStatisticsReads(twin);
  const reads = new LiveStatisticsReads(session, maxTailRows, new OriginalStatisticsReads(session));
  for (const question of questions)
    addDifference(question, await question.ask(reads), (await question.ask(expected)).value, comparison);
  return comparison.differences;
}
