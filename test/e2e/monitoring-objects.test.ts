import type { z } from 'zod';
import {
  foreignKeysSchema,
  indexesSchema,
  indexHistorySchema,
} from '../../src/modules/monitoring/objects/dto/indexes.dto.js';
import {
  growthSchema,
  sequencesSchema,
  wraparoundSchema,
} from '../../src/modules/monitoring/objects/dto/storage.dto.js';
import { tableHistorySchema, tablesSchema } from '../../src/modules/monitoring/objects/dto/tables.dto.js';
import { becomes } from '../support/leader-tasks.js';
import { openSession } from '../support/own-session.js';
import { createSmallWorld, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let app: TestApp;
let admin: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  await database.query(`
    CREATE TABLE parents (id serial PRIMARY KEY);
    CREATE TABLE children (parent_id int REFERENCES parents);
    INSERT INTO parents SELECT FROM generate_series(1, 500);
    INSERT INTO children SELECT id FROM parents`);
  for (const table of ['parents', 'children']) await database.query(`VACUUM (ANALYZE) ${table}`);
  // What a session does reaches the statistics when it ends.
  const session = await openSession(database.url);
  await session.run('DELETE FROM children WHERE parent_id > 400');
  await session.close();
  await becomes('the deletes are counted', async () => {
    const [row] = await database.query(
      `SELECT FROM pg_stat_user_tables WHERE relname = 'children' AND n_dead_tup = 100`,
    );
    return row !== undefined;
  });
  // Ten days of growth by a megabyte a day.
  await database.query(`
    INSERT INTO ethhook_admin_samples (series, object, at, value)
    SELECT k.series, k.object, now() - h * INTERVAL '1 hour', k.value - h / 24.0 * k.per_day
      FROM generate_series(2, 240) h
     CROSS JOIN (VALUES ('table_size_bytes', 'public.children', 2e7, 1e6), ('database_size_bytes', '', 1e9, 3e6),
                        ('index_scans', 'public.parents_pkey', 2, 0)) k (series, object, value, per_day)`);
  app = await startTestApp(database.url);
  admin = await app.login('admin@example.com', password);
}, 60_000);

afterAll(async () => {
  await app.close();
  await database.drop();
});

async function get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const { status, text, body } = await app.get(`/admin/monitoring/${path}`, admin);
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
  return schema.parse(body);
}

it('tables: by what is asked, in pages, with their growth', async () => {
  const { tables, total, as_of, limits } = await get('tables?sort=growth&limit=1', tablesSchema);
  expect(as_of).toMatch(/\.\d{6}Z$/);
  expect(limits).toEqual([]);
  expect(tables).toMatchObject([{ table: 'public.children', growth_bytes_per_day: 1_000_000, rows: 500 }]);
  const all = await get('tables?sort=name&limit=100', tablesSchema);
  expect(all.tables.map(({ table }) => table)).toEqual(all.tables.map(({ table }) => table).sort());
  expect(all.total).toBe(total);
  const page = await get('tables?sort=name&limit=3&offset=2', tablesSchema);
  expect(page.tables).toEqual(all.tables.slice(2, 5));
  const [dead] = (await get('tables?sort=dead&limit=1', tablesSchema)).tables;
  // 100 of 50 and a fifth of 500.
  expect(dead).toMatchObject({ table: 'public.children', dead_rows: 100, dead_percent: 66.7 });
});

it('indexes: by use, and the scans of each day', async () => {
  const { indexes, total } = await get('indexes?sort=name&limit=100', indexesSchema);
  expect(total).toBeGreaterThan(indexes.length - 1);
  const key = indexes.find(({ index }) => index === 'public.parents_pkey');
  expect(key).toMatchObject({
    table: 'public.parents',
    is_primary_key: true,
    is_valid: true,
    method: 'btree',
  });
  // 2 each hour, but for the last two hours.
  expect(key?.scans_per_day).toBeGreaterThan(46.5);
  expect(key?.scans_per_day).toBeLessThanOrEqual(48);
  const { scans } = await get('indexes/history?index=public.parents_pkey&days=2', indexHistorySchema);
  expect(scans.length).toBeGreaterThanOrEqual(46);
  expect(scans.every(({ value }) => value === 2)).toBe(true);
});

it('history, growth, wraparound, sequences and foreign keys', async () => {
  const children = await get('tables/history?table=public.children&days=1', tableHistorySchema);
  expect(children.size_bytes.length).toBeGreaterThanOrEqual(22);
  const unknown = await get('tables/history?table=public.nothing', tableHistorySchema);
  expect(unknown.limits).toEqual([expect.stringContaining('no figure of public.nothing')]);
  const growth = await get('growth', growthSchema);
  expect(growth.database).toMatchObject({ bytes_per_day: 3_000_000 });
  expect(growth.database.watched_hours).toBeGreaterThanOrEqual(235);
  expect(growth.tables).toMatchObject([{ object: 'public.children', bytes_per_day: 1_000_000 }]);
  expect(growth.disk.days_until_full).toBeNull();
  const { databases, tables, holders } = await get('wraparound', wraparoundSchema);
  expect(databases.map(({ database: name }) => name)).toContain(new URL(database.url).pathname.slice(1));
  expect(tables).toHaveLength(20);
  expect(Array.isArray(holders)).toBe(true);
  const { sequences } = await get('sequences', sequencesSchema);
  expect(sequences.find(({ table }) => table === 'public.parents')).toMatchObject({
    column: 'id',
    column_type: 'integer',
    last_value: '500',
    end: '2147483647',
  });
  const { foreign_keys } = await get('foreign-keys?limit=100', foreignKeysSchema);
  expect(foreign_keys).toContainEqual(
    expect.objectContaining({ constraint: 'children_parent_id_fkey', columns: ['parent_id'], rows: 500 }),
  );
});

it('the leader collects, without being asked', () =>
  becomes('the size of the database is kept', async () => {
    const [row] = await database.query(
      `SELECT FROM ethhook_admin_samples WHERE series = 'database_size_bytes' AND at > now() - INTERVAL '1 minute'`,
    );
    return row !== undefined;
  }));

it.each([
  ['tables?limit=0', 'limit'],
  ['tables?sort=colour', 'sort'],
  ['tables?order=size', 'order'],
  ['tables/history', 'table'],
  ['tables/history?table=a%00b', 'table'],
  ['indexes?offset=-1', 'offset'],
  ['indexes/history?index=a&days=31', 'days'],
  ['sequences?limit=101', 'limit'],
  ['foreign-keys?all=1', 'all'],
])('%s is refused, with the name of %s', async (path, field) => {
  const { status, body } = await app.get(`/admin/monitoring/${path}`, admin);
  expect({ status, body }).toMatchObject({ status: 400, body: { field } });
});
