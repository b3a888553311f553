import { createLiveDatabase, drifted, type LiveDatabase } from '../support/live-database.js';
import { keepSessions, loseSessionAt } from '../support/lost-session.js';

// Both directions of all migrations, several times.
jest.setTimeout(120_000);

let db: LiveDatabase;
let original: string;
let usual: string;

beforeAll(async () => {
  db = await createLiveDatabase();
  original = await db.schema();
  await db.run();
  usual = await db.schema();
  await db.drop();
});
beforeEach(async () => {
  db = await createLiveDatabase();
});
afterEach(() => db.drop());

/** Ends the session that begins a statement like this one, once. */
async function losingSessionAt(pattern: string, running: () => Promise<unknown>): Promise<string> {
  await loseSessionAt(db, pattern);
  const message = await running().then(
    () => 'it did not fail',
    (error: Error) => error.message,
  );
  await keepSessions(db);
  return message;
}

const up: [migration: string, statement: string][] = [
  ['DropUnusedIndexes', 'DROP INDEX CONCURRENTLY%idx_events_block_number%'],
  ['AddEndpointsUserId', '%SET NOT NULL%'],
  ['AddEndpointsUserId', '%VALIDATE CONSTRAINT endpoints_user_id%'],
  ['AddAttemptColumns', '%ADD COLUMN event_ingested_at%'],
  ['AddAttemptColumns', '%delivery_attempts_user_id_endpoint_id_fkey%'],
  ['BackfillAttemptColumns', 'DROP TRIGGER IF EXISTS ethhook_admin_fill_moved%'],
  ['RequireAttemptColumns', '%VALIDATE CONSTRAINT user_id_is_not_null%'],
  ['RequireAttemptColumns', '%VALIDATE CONSTRAINT fk_delivery_attempts_user%'],
  ['LeadKeysWithUserId', '%delivery_attempts_read_key%'],
  ['LeadKeysWithUserId', '%endpoints_id_key%'],
  ['CreateReadIndexes', '%idx_delivery_attempts_user_attempted%'],
  ['CreateReadIndexes', 'DROP INDEX CONCURRENTLY%idx_applications_user_id%'],
];
// AddEndpointsUserId validates a check of this name before, on another table.
const attemptsOnly = (pattern: string) =>
  pattern.replace('%VALIDATE CONSTRAINT user_id', '%delivery_attempts VALIDATE CONSTRAINT user_id');

describe('what was begun is taken back, to the last index', () => {
  it.each(up)('%s, lost at %s', async (migration, statement) => {
    const message = await losingSessionAt(attemptsOnly(statement), () => db.run());
    expect(message).toMatch(new RegExp(`^${migration}\\d+ failed: .*terminat`));
    await db.revert();
    expect(await db.schema()).toBe(original);
    await db.run();
    expect(await db.schema()).toBe(usual);
    expect(await db.query(drifted)).toEqual([]);
  });
});

const down: [migration: string, statement: string][] = [
  ['CreateReadIndexes', 'DROP INDEX CONCURRENTLY%idx_delivery_attempts_user_attempted%'],
  ['LeadKeysWithUserId', '%endpoints_id_pkey%'],
  ['LeadKeysWithUserId', '%VALIDATE CONSTRAINT endpoints_application_id_fkey%'],
  ['RequireAttemptColumns', '%DROP NOT NULL%'],
  ['AddAttemptColumns', '%DROP COLUMN user_id%'],
  ['AddEndpointsUserId', 'DROP INDEX CONCURRENTLY%applications_user_id_id_key%'],
  ['DropUnusedIndexes', '%idx_events_block_number%'],
];

describe('a revert that was left half-way', () => {
  it.each(down)('of %s, lost at %s, is completed by the next run', async (migration, statement) => {
    await db.run();
    const message = await losingSessionAt(statement, () => db.revert());
    expect(message).toMatch(new RegExp(`^${migration}\\d+ failed: .*terminat`));
    await db.run();
    expect(await db.schema()).toBe(usual);
    expect(await db.query(drifted)).toEqual([]);
  });

  it.each(down)('of %s, lost at %s, goes on with the next revert', async (_migration, statement) => {
    await db.run();
    await losingSessionAt(statement, () => db.revert());
    await db.revert();
    expect(await db.schema()).toBe(original);
    await db.run();
    expect(await db.schema()).toBe(usual);
  });
});
