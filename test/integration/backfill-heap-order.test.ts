import type { QueryRunner } from 'typeorm';
import {
  backfill,
  HEAP_ORDER,
  type BackfillDefinition,
} from '../../src/kernel/migrations/backfill/backfill.js';
import { readBackfills } from '../../src/kernel/migrations/backfill/read-backfills.js';
import type { Row } from '../../src/kernel/migrations/ledger.js';
import { defaultSettings } from '../../src/kernel/migrations/settings.js';
import { failureOf } from '../support/live-database.js';
import { ownMigration, until } from '../support/own-migration.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

const ROWS = 6000;
let db: TestDatabase;
let own: ReturnType<typeof ownMigration>;
let lines: string[];

beforeEach(async () => {
  db = await createEmptyDatabase();
  await db.query(`
CREATE TABLE items (id int PRIMARY KEY, note text NOT NULL, owner int, writes int NOT NULL DEFAULT 0);
INSERT INTO items SELECT n, repeat('x', 150) FROM generate_series(1, ${ROWS}) n;
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.owner := 7; RETURN NEW; END$$;
CREATE TRIGGER fill BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION fill();
CREATE TRIGGER fill_moved BEFORE UPDATE ON items FOR EACH ROW
  WHEN (NEW.owner IS NOT DISTINCT FROM OLD.owner) EXECUTE FUNCTION fill()`);
  lines = [];
  own = ownMigration(db, lines);
});
afterEach(() => db.drop());

const filling = (condition = ''): BackfillDefinition => ({
  name: 'fill-items',
  table: 'public.items',
  key: HEAP_ORDER,
  update: `UPDATE public.items i SET owner = 7, writes = i.writes + 1
 WHERE i.ctid > $1 AND i.ctid <= $2 AND i.owner IS DISTINCT FROM 7 ${condition}`,
});
const slowly = filling('AND pg_sleep(0.0003) IS NOT NULL');
const step = (definition: BackfillDefinition) => (runner: QueryRunner) => backfill(runner, definition);
const settings = (more: object = {}) => ({
  backfill: { ...defaultSettings.backfill, firstBatchRows: 200, maxBatchRows: 300, restRatio: 0, ...more },
});
const status = async () => (await readBackfills((text) => db.query<Row>(text)))[0];
const visited = (rows: number) => until(async () => ((await status())?.rowsVisited ?? 0) >= rows);
const unfilled = () => db.query('SELECT id FROM items WHERE owner IS DISTINCT FROM 7');
const writes = () =>
  db.query('SELECT writes, count(*)::int AS rows FROM items GROUP BY writes ORDER BY writes');

it('writes each row once, in order', async () => {
  await own.run(step(filling()), settings());
  expect(await writes()).toEqual([{ writes: 1, rows: ROWS }]);
  const { state, batches, rowsVisited, rowsWritten } = (await status()) ?? {};
  expect([state, rowsWritten]).toEqual(['done', ROWS]);
  expect(batches).toBeGreaterThanOrEqual(ROWS / 300);
  expect(Math.abs((rowsVisited ?? 0) - ROWS)).toBeLessThan(ROWS / 100);
});

it('keeps rows that were inserted one after the other near each other, and the heap small', async () => {
  const size = async () =>
    Number((await db.query<{ bytes: string }>(`SELECT pg_relation_size('items') AS bytes`))[0]?.bytes);
  // Far more than the rows between two VACUUMs, so that what these freed is used again.
  await db.query(`ALTER TABLE items SET (autovacuum_enabled = false), DISABLE TRIGGER fill;
    INSERT INTO items SELECT n, repeat('x', 150) FROM generate_series(${ROWS + 1}, 100000) n`);
  await db.query('VACUUM ANALYZE items');
  const before = await size();
  await own.run(step(filling()), settings({ firstBatchRows: 2000, maxBatchRows: 2000 }));
  expect((await size()) / before).toBeLessThan(1.25);
  await db.query('ANALYZE items');
  const [{ blocks } = { blocks: 0 }] = await db.query<{ blocks: number }>(
    `SELECT count(DISTINCT (ctid::text::point)[0])::int AS blocks FROM items WHERE id BETWEEN 50001 AND 51000`,
  );
  // 1000 rows of some 200 bytes fill 25 blocks; scattered, they would be in hundreds.
  expect(blocks).toBeLessThan(80);
});

it('goes on after kills, and repeats nothing', async () => {
  for (const rows of [900, 2500, 4000]) {
    const stopped = failureOf(own.run(step(slowly), settings()));
    await visited(rows);
    await db.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'ethhook-admin migrations'`,
    );
    await stopped;
    const sum = await db.query<{ rows: number }>('SELECT sum(writes)::int AS rows FROM items');
    expect((await status())?.rowsWritten).toBe(sum[0]?.rows);
  }
  await own.run(step(filling()), settings());
  expect(await writes()).toEqual([{ writes: 1, rows: ROWS }]);
});

it('misses no row that a foreign UPDATE moves to where it has been', async () => {
  const running = own.run(step(slowly), settings({ vacuumEveryShare: 0.01 }));
  await visited(1000);
  // Rows of the end, again and again: VACUUM has freed places at the beginning for them.
  for (let id = ROWS; id > ROWS - 1500; id -= 10)
    await db.query('UPDATE items SET note = $2 WHERE id BETWEEN $1::int - 9 AND $1', [id, 'y'.repeat(150)]);
  await running;
  expect(await unfilled()).toEqual([]);
});

it('ends although rows are inserted behind its end', async () => {
  let over = false;
  const running = own.run(step(slowly), settings()).finally(() => (over = true));
  await visited(300);
  for (let id = ROWS + 1; !over; id++) await db.query(`INSERT INTO items VALUES (${id}, 'new')`);
  await running;
  expect(await unfilled()).toEqual([]);
  expect(await db.query(`SELECT DISTINCT writes FROM items WHERE note = 'new'`)).toEqual([{ writes: 0 }]);
});

it('begins anew when the table is rewritten on the way, or between two runs', async () => {
  const stop = new AbortController();
  const stopped = failureOf(own.run(step(slowly), { ...settings(), signal: stop.signal }));
  await visited(2000);
  stop.abort();
  await stopped;
  // In another order: what was behind is ahead.
  await db.query('CREATE INDEX items_order ON items ((-id)); CLUSTER items USING items_order');
  const running = own.run(step(slowly), settings());
  await until(() => lines.some((line) => line.includes('begins anew')));
  await visited(2000);
  await db.query('CLUSTER items USING items_pkey');
  await running;
  expect(
    lines.filter((line) => line === 'fill-items: public.items was rewritten meanwhile: begins anew'),
  ).toHaveLength(2);
  expect(await unfilled()).toEqual([]);
});

it('has nothing to do in an empty table', async () => {
  await db.query('TRUNCATE items');
  await own.run(step(filling()), settings());
  expect(await status()).toMatchObject({ state: 'done', rowsVisited: 0, batches: 0 });
});
