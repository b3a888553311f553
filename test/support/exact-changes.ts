import type { Random } from '../../src/demo/random.js';
import { addAttempts, addEvents, anyDuration, anyOutcome, anyTime, some } from './exact-world.js';

type Run = (text: string, values?: readonly unknown[]) => Promise<unknown>;

/** In a transaction of its own; `key` decides which rows and values. */
export interface Change {
  name: string;
  weight: number;
  /** Statements with the key as $1. */
  statements: (key: string, random: Random) => string[];
}

const own = (key: string) => `'${key}'`;
const insert = (key: string, n: number) => [
  addEvents(own(key), n),
  addAttempts(own(key), `SELECT md5(${own(key)} || i)::uuid AS id FROM generate_series(1, ${n}) i`),
];
const update = (n: number, set: string, where?: string) => [
  `UPDATE delivery_attempts a SET ${set} WHERE a.id IN (${some('delivery_attempts', n, where)})`,
];
const other = (table: string, id: string) =>
  `(SELECT t.id FROM ${table} t ORDER BY md5(t.id::text || ${id} || $1::text), t.id LIMIT 1)`;
/** Mostly not folded yet. */
const newest = (n: number) =>
  `SELECT t.id FROM delivery_attempts t ORDER BY t.written_in DESC NULLS LAST, t.id LIMIT ${n}`;
const chainSets = ['NULL', `'{}'`, `'{1}'`, `'{10,1}'`, `'{137,NULL}'`, `'{1,8453,42161}'`];

export const smallChanges: Change[] = [
  { name: 'insert one', weight: 8, statements: (key) => insert(key, 1) },
  { name: 'insert a batch', weight: 3, statements: (key, random) => insert(key, random.integer(20, 200)) },
  {
    name: 'retry known events',
    weight: 6,
    statements: (_, random) => [addAttempts('$1::text', some('events', random.integer(1, 10)))],
  },
  {
    name: 'finish what is in flight',
    weight: 8,
    statements: (_, random) =>
      update(
        random.integer(1, 20),
        `success = coalesce(${anyOutcome('a.id::text || $1::text')}, true), duration_ms = ${anyDuration('a.id::text || $1::text')}`,
        't.success IS NULL',
      ),
  },
  {
    name: 'change outcomes',
    weight: 4,
    statements: (_, random) =>
      update(random.integer(1, 10), `success = ${anyOutcome('a.id::text || $1::text')}`),
  },
  {
    name: 'change durations',
    weight: 6,
    statements: (_, random) =>
      update(random.integer(1, 10), `duration_ms = ${anyDuration('a.id::text || $1::text')}`),
  },
  {
    name: 'move extreme durations within their bin',
    weight: 4,
    statements: () => update(3, `duration_ms = a.duration_ms - 1`, 't.duration_ms > 7000'),
  },
  {
    name: 'change what was written last',
    weight: 6,
    statements: () => [
      `UPDATE delivery_attempts a SET success = ${anyOutcome('a.id::text || $1::text')}, duration_ms = ${anyDuration('a.id::text || $1::text')}
        WHERE a.id IN (${newest(8)})`,
    ],
  },
  {
    name: 'delete what was written last',
    weight: 4,
    statements: () => [`DELETE FROM delivery_attempts WHERE id IN (${newest(3)})`],
  },
  { name: 'touch', weight: 2, statements: () => update(5, 'success = a.success, http_status_code = 200') },
  {
    name: 'move attempts to other events',
    weight: 3,
    statements: () => update(4, `event_id = ${other('events', 'a.id::text')}`),
  },
  {
    name: 'move attempts to other endpoints',
    weight: 3,
    statements: () => update(4, `endpoint_id = ${other('endpoints', 'a.id::text')}`),
  },
  {
    name: 'delete attempts',
    weight: 6,
    statements: (_, random) => [
      `DELETE FROM delivery_attempts WHERE id IN (${some('delivery_attempts', random.integer(1, 10))})`,
    ],
  },
  {
    name: 'delete the longest of an endpoint',
    weight: 4,
    statements: () => [
      `DELETE FROM delivery_attempts WHERE id IN (
         SELECT a.id FROM delivery_attempts a WHERE a.endpoint_id IN (${some('endpoints', 2)})
          ORDER BY a.duration_ms DESC NULLS LAST, a.id LIMIT 2)`,
    ],
  },
  {
    name: 'delete events',
    weight: 3,
    statements: (_, random) => [`DELETE FROM events WHERE id IN (${some('events', random.integer(1, 5))})`],
  },
  {
    name: 'change the time of events',
    weight: 4,
    statements: () => [
      `UPDATE events e SET ingested_at = ${anyTime('e.id::text || $1::text')} WHERE e.id IN (${some('events', 4)})`,
    ],
  },
  {
    name: 'insert, change and delete at once',
    weight: 4,
    statements: (key) => [
      ...insert(key, 10),
      ...update(10, `success = true, duration_ms = 5`, `t.success IS NULL`),
      ...update(10, `duration_ms = 6`, 't.duration_ms = 5'),
      `DELETE FROM delivery_attempts WHERE id IN (${some('delivery_attempts', 5, 't.duration_ms = 6')})`,
    ],
  },
  {
    name: 'change behind a savepoint that is rolled back',
    weight: 3,
    statements: (key) => [
      ...update(3, 'success = true'),
      'SAVEPOINT a',
      ...insert(`${key}/gone`, 5),
      ...update(8, 'success = NOT a.success, duration_ms = 1'),
      `DELETE FROM delivery_attempts WHERE id IN (${some('delivery_attempts', 5)})`,
      'ROLLBACK TO a',
      'SAVEPOINT b',
      ...update(4, `duration_ms = ${anyDuration('a.id::text || $1::text')}`),
      'RELEASE b',
    ],
  },
];

export const largeChanges: Change[] = [
  {
    name: 'change the chains of endpoints',
    weight: 3,
    statements: (_, random) => [
      `UPDATE endpoints SET chain_ids = ${random.pick(chainSets)} WHERE id IN (${some('endpoints', 2)})`,
    ],
  },
  {
    name: 'move endpoints to any application',
    weight: 3,
    statements: () => [
      `UPDATE endpoints p SET application_id = ${other('applications', 'p.id::text')} WHERE p.id IN (${some('endpoints', 2)})`,
    ],
  },
  {
    name: 'move an endpoint within its owner',
    weight: 2,
    statements: () => [
      `UPDATE endpoints p SET application_id =
         (SELECT t.id FROM applications t WHERE t.user_id = p.user_id ORDER BY md5(t.id::text || $1::text) LIMIT 1)
        WHERE p.id IN (${some('endpoints', 2)})`,
    ],
  },
  {
    name: 'give an application away',
    weight: 3,
    statements: () => [
      `UPDATE applications o SET user_id = ${other('users', 'o.id::text')} WHERE o.id IN (${some('applications', 1)})`,
    ],
  },
  {
    name: 'delete an endpoint',
    weight: 2,
    statements: () => [`DELETE FROM endpoints WHERE id IN (${some('endpoints', 1)})`],
  },
  {
    name: 'delete an application',
    weight: 1,
    statements: () => [`DELETE FROM applications WHERE id IN (${some('applications', 1)})`],
  },
  {
    name: 'a new user with an application and endpoints',
    weight: 4,
    statements: (key, random) => [
      `INSERT INTO users (id, email, password_hash) VALUES (md5('user' || $1::text)::uuid, $1::text, 'x')`,
      `INSERT INTO applications (id, user_id, name, webhook_secret)
       VALUES (md5('app' || $1::text)::uuid, md5('user' || $1::text)::uuid, 'A', 's')`,
      `INSERT INTO endpoints (id, application_id, name, webhook_url, hmac_secret, chain_ids)
       SELECT md5(concat('endpoint', $1::text, n))::uuid, md5('app' || $1::text)::uuid, 'E', 'https://e.example.com', 's',
              CASE WHEN n = 1 THEN ${random.pick(chainSets)}::int[] ELSE '{1}' END
         FROM generate_series(1, 3) n`,
      ...insert(key, 30),
    ],
  },
];

export const rareChanges: Change[] = [
  {
    name: 'delete a user',
    weight: 3,
    statements: () => [`DELETE FROM users WHERE id IN (${some('users', 1)})`],
  },
  { name: 'truncate the attempts', weight: 1, statements: () => ['TRUNCATE delivery_attempts'] },
];

export function pickChange(random: Random, changes: readonly Change[]): Change {
  let at = random.between(
    0,
    changes.reduce((sum, { weight }) => sum + weight, 0),
  );
  return changes.find(({ weight }) => (at -= weight) < 0) ?? (changes[0] as Change);
}

export async function applyChange(run: Run, change: Change, key: string, random: Random): Promise<void> {
  await run('BEGIN');
  try {
    for (const statement of change.statements(key, random))
      await run(statement, statement.includes('$1') ? [key] : []);
    await run(random.chance(0.1) ? 'ROLLBACK' : 'COMMIT');
  } catch (error) {
    await run('ROLLBACK');
    throw new Error(`${change.name}: ${(error as Error).message}`, { cause: error });
  }
}
