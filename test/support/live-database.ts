import { dumpSchema } from '../../scripts/schema-dump.js';
import { revertLastMigration, runMigrations } from '../../src/data-source.js';
import type { RunOptions } from '../../src/kernel/migrations/migrator.js';
import { MigrationError } from '../../src/kernel/migrations/session.js';
import { defaultSettings } from '../../src/kernel/migrations/settings.js';
import { createOriginalSchema } from './ethhook-original-schema.js';
import { createEmptyDatabase, type TestDatabase } from './test-database.js';

/** Statistics of any age are enough for it, and nobody else is at work. */
export const quick: RunOptions = {
  pollMs: 20,
  lockTimeoutMs: 100,
  attempts: 4,
  minStatisticsAgeHours: 0,
  backfill: { ...defaultSettings.backfill, restRatio: 0 },
};

export interface LiveDatabase extends TestDatabase {
  /** What the migrations said. */
  log: string[];
  run(more?: RunOptions): Promise<string[]>;
  /** All of them. */
  revert(more?: RunOptions): Promise<void>;
  /** The error of a run that has to fail. */
  failure(more?: RunOptions): Promise<MigrationError>;
  schema(): Promise<string>;
  one<T = unknown>(text: string, values?: readonly unknown[]): Promise<T>;
}

/** EthHook's original schema with 3 users, 12 endpoints, 150 events (one without a time) and 450 attempts. */
export async function createLiveDatabase(): Promise<LiveDatabase> {
  const db = await createEmptyDatabase();
  const query = (text: string, values?: readonly unknown[]) => db.query(text, values);
  await createOriginalSchema(query);
  await query(rows);
  const log: string[] = [];
  const say = (line: string) => void log.push(line);
  const run = (more: RunOptions = {}) => runMigrations(db.url, say, { ...quick, ...more });
  return {
    ...db,
    log,
    run,
    revert: async (more = {}) => {
      while ((await revertLastMigration(db.url, say, { ...quick, ...more })) !== null);
    },
    failure: (more) => failureOf(run(more)),
    schema: () =>
      dumpSchema((text) => db.query(text), { without: ['_sqlx_migrations', 'ethhook_admin_migrations'] }),
    one: async <T>(text: string, values?: readonly unknown[]) => {
      const [row] = await db.query(text, values);
      return Object.values(row ?? {})[0] as T;
    },
  };
}

export async function failureOf(running: Promise<unknown>): Promise<MigrationError> {
  const outcome = await running.then(
    (value) => new Error(`it did not fail, and gave ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof MigrationError) return outcome;
  throw outcome;
}

/** Attempt n belongs to event n % 150, endpoint n % 12, application n % 6 and user n % 3. */
const rows = `
INSERT INTO users (id, email, password_hash)
SELECT md5('user' || n)::uuid, n || '@example.com', 'x' FROM generate_series(0, 2) n;
INSERT INTO applications (id, user_id, name, webhook_secret)
SELECT md5('application' || n)::uuid, md5('user' || n % 3)::uuid, 'A', 's' FROM generate_series(0, 5) n;
INSERT INTO endpoints (id, application_id, name, webhook_url, hmac_secret)
SELECT md5('endpoint' || n)::uuid, md5('application' || n % 6)::uuid, 'E', 'https://e.example.com', 's'
  FROM generate_series(0, 11) n;
INSERT INTO events (id, block_number, block_hash, transaction_hash, log_index, contract_address, topics, data, ingested_at)
SELECT md5('event' || n)::uuid, n, '0xb', '0x' || n, 0, '0xc', '{}', '0x',
       CASE WHEN n > 0 THEN now() - n * INTERVAL '1 hour' END
  FROM generate_series(0, 149) n;
INSERT INTO delivery_attempts (id, event_id, endpoint_id, attempt_number, attempted_at, duration_ms, success)
SELECT md5('attempt' || n)::uuid, md5('event' || n % 150)::uuid, md5('endpoint' || n % 12)::uuid, 1 + n / 150,
       now() - n * INTERVAL '10 minutes', n % 500, n % 7 > 0
  FROM generate_series(0, 449) n;`;

/** The attempts whose derived columns are not what their endpoint and event say. */
export const drifted = `
SELECT a.id FROM delivery_attempts a
  JOIN endpoints p ON p.id = a.endpoint_id JOIN applications o ON o.id = p.application_id
  JOIN events e ON e.id = a.event_id
 WHERE (a.user_id, a.event_ingested_at) IS DISTINCT FROM (o.user_id, coalesce(e.ingested_at, '-infinity'))
    OR p.user_id IS DISTINCT FROM o.user_id`;
