import { openSession, type OwnSession } from './own-session.js';
import { foldAll } from './rollup-engine.js';
import { copyTestDatabase, createTestDatabase, type TestDatabase } from './test-database.js';

/** `key` n of a kind, the same each time. */
const id = (kind: string, n: string) => `md5('${kind} ' || ${n})::uuid`;

/** User 1 has three of five events and six endpoints, the others two each; in two applications. */
const accounts = [
  `INSERT INTO users (id, email, password_hash)
   SELECT ${id('user', 'u')}, u || '@plans.example.com', 'x' FROM generate_series(1, 10) u`,
  `INSERT INTO applications (id, user_id, name, webhook_secret)
   SELECT ${id('application', `u || ' ' || n`)}, ${id('user', 'u')}, 'a', 's'
     FROM generate_series(1, 10) u, generate_series(1, 2) n`,
  `INSERT INTO endpoints (id, application_id, name, webhook_url, hmac_secret, chain_ids)
   SELECT ${id('endpoint', `u || ' ' || p`)}, ${id('application', `u || ' ' || (1 + p % 2)`)}, 'p', 'https://p.example.com', 's',
          (ARRAY['{1}', '{10}', '{1,10}', '{137}', '{}', '{8453}'])[1 + p % 6]::int[]
     FROM generate_series(1, 10) u, generate_series(1, CASE u WHEN 1 THEN 6 ELSE 2 END) p`,
];

const DAYS = 30;
/** Events from..to - 1 of `count` in all, the last of them now. Every hundredth contract is a rare one. */
const events = (from: number, to: number, count: number) => `
  INSERT INTO events (id, block_number, block_hash, transaction_hash, log_index, contract_address, topics, data, ingested_at)
  SELECT ${id('event', 'i')}, i, '0xb', md5('transaction ' || i / 2), i % 2,
         CASE WHEN i % 9973 = 0 THEN 'rare' ELSE 'contract ' || i % 40 END, ARRAY['topic ' || i % 15], '0x',
         now() - (${count - 1} - i) * (INTERVAL '${DAYS} days' / ${count})
    FROM generate_series(${from}, ${to - 1}) i`;

const userOf = `(CASE WHEN i % 5 < 3 THEN 1 ELSE 2 + i % 9 END)`;
/** One to two attempts of each event, at endpoints that take turns; one of 15 failed, one of 500 is in flight. */
const attempts = (from: number, to: number) => `
  INSERT INTO delivery_attempts (id, event_id, endpoint_id, attempt_number, duration_ms, success, attempted_at, user_id, event_ingested_at)
  SELECT ${id('attempt', `i || ' ' || n`)}, e.id, ${id('endpoint', `${userOf} || ' ' || (1 + (i / 7 + n) % CASE ${userOf} WHEN 1 THEN 6 ELSE 2 END)`)}, 1,
         CASE WHEN i % 500 > 0 THEN 20 + i % 700 END,
         CASE WHEN i % 500 > 0 THEN i % 15 > 0 END, e.ingested_at, ${id('user', userOf)}, e.ingested_at
    FROM generate_series(${from}, ${to - 1}) i
    JOIN events e ON e.id = ${id('event', 'i')}
   CROSS JOIN generate_series(1, 1 + i % 2) n`;

const EVENTS = 40_000;
const FEW_EVENTS = 60;
const TAIL_EVENTS = 100;

export const ATTEMPTS = (EVENTS * 3) / 2;
/** Of user 1's events, which come three in five, and where half of them are newer. */
export const HALF = (EVENTS * 3) / 5 / 2;

/** Ids of user 1's, and the event in the middle. */
export interface PlanIds {
  userId: string;
  applicationId: string;
  endpointId: string;
  eventId: string;
  eventAt: string;
  transactionHash: string;
}
const selectIds = `
  SELECT ${id('user', '1')} AS "userId", ${id('application', `'1 1'`)} AS "applicationId", ${id('endpoint', `'1 1'`)} AS "endpointId",
         e.id AS "eventId", e.ingested_at::text AS "eventAt",
         e.transaction_hash AS "transactionHash"
    FROM events e WHERE e.id = ${id('event', `'${EVENTS / 2}'`)}`;

/** Statistics of the planner stay what the scenario makes them. */
const withoutAutovacuum = `SELECT format('ALTER TABLE %s SET (autovacuum_enabled = false)', c.oid::regclass) AS text
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm')`;

/**
 * 60,000 attempts that were there before they were tracked (written_in NULL), in the rollups, and statistics of the planner
 * of when the tables were almost empty.
 */
export async function createPlanWorld(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  const session = await openSession(database.url);
  for (const { text } of await session.run<{ text: string }>(withoutAutovacuum)) await session.run(text);
  for (const text of accounts) await session.run(text);
  // As an adopted database has them: no trigger has filled written_in.
  await session.run('SET session_replication_role = replica');
  await session.run(events(0, FEW_EVENTS, EVENTS));
  await session.run(attempts(0, FEW_EVENTS));
  await session.run('ANALYZE');
  await session.run(events(FEW_EVENTS, EVENTS, EVENTS));
  await session.run(attempts(FEW_EVENTS, EVENTS));
  await session.run('RESET session_replication_role');
  await session.run(
    `INSERT INTO statistics_rebuilds (user_id, part, reason) SELECT id, 'all', 'first build' FROM users`,
  );
  await foldAll(session);
  await session.close();
  return database;
}

/** New events, and, in transactions of a few rows each, outcomes and deletes of older attempts: there is a version of each. */
const tail = [
  events(EVENTS, EVENTS + TAIL_EVENTS, EVENTS),
  attempts(EVENTS, EVENTS + TAIL_EVENTS),
  ...Array.from(
    { length: 20 },
    (_, n) => `UPDATE delivery_attempts a SET success = NOT a.success, duration_ms = 90
      WHERE a.id IN (SELECT ${id('attempt', `(i + ${n}) || ' 1'`)} FROM generate_series(15, 30000, 1500) i)`,
  ),
  `DELETE FROM delivery_attempts a WHERE a.id IN (SELECT ${id('attempt', `i || ' 1'`)} FROM generate_series(401, 12001, 400) i)`,
];

/** As superuser: as if no ANALYZE or VACUUM had ever been. */
const forgetStatistics = [
  `DELETE FROM pg_statistic s USING pg_class c WHERE c.oid = s.starelid AND c.relnamespace = 'public'::regnamespace`,
  `UPDATE pg_class SET reltuples = -1, relpages = 0, relallvisible = 0
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'm', 'i')`,
];

/** What the planner knows when the statements run, beside a tail that is in no rollup yet. */
export const plannerStatistics = {
  fresh: [...tail, 'VACUUM ANALYZE'],
  'never collected': [...forgetStatistics, ...tail],
  'of almost empty tables': tail,
  'of when nothing had written_in': ['ANALYZE', ...tail],
} as const;
export type PlannerStatistics = keyof typeof plannerStatistics;

/** A copy of the world with these statistics; a session whose statements are planned there once for all values. */
export async function openPlanWorld(world: TestDatabase, statistics: PlannerStatistics) {
  const database = await copyTestDatabase(world);
  const session: OwnSession = await openSession(database.url);
  for (const text of plannerStatistics[statistics]) await session.run(text);
  const [ids] = await session.run<PlanIds>(selectIds);
  if (ids === undefined) throw new Error('the event in the middle is gone');
  return {
    session,
    ids,
    close: async () => {
      await session.close();
      await database.drop();
    },
  };
}
