import type { MigrationInterface, QueryRunner } from 'typeorm';
import { verifyMigrations, type Start, type VerifyOptions } from '../../scripts/migration-verify/verify.js';
import { createOriginalDatabase } from '../../scripts/original-database.js';
import { dumpSchema } from '../../scripts/schema-dump.js';
import { withQuery } from '../../scripts/throwaway-server.js';
import { createOriginalSchema } from '../support/ethhook-original-schema.js';
import { createEmptyDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

class AddColour1900000000001 implements MigrationInterface {
  up = (runner: QueryRunner) => runner.query(`ALTER TABLE things ADD COLUMN colour text DEFAULT 'red'`);
  down = (runner: QueryRunner) => runner.query('ALTER TABLE things DROP COLUMN colour');
}
class IndexColour1900000000002 implements MigrationInterface {
  transaction = false;
  up = (runner: QueryRunner) => runner.query('CREATE INDEX CONCURRENTLY things_colour ON things (colour)');
  down = (runner: QueryRunner) => runner.query('DROP INDEX CONCURRENTLY things_colour');
}
const good = [AddColour1900000000001, IndexColour1900000000002];

const things: Start = {
  name: 'things',
  prepare: (url) =>
    withQuery(url, (query) =>
      query(`CREATE TABLE things (id int PRIMARY KEY, name text, size int);
             INSERT INTO things VALUES (1, 'one', 10), (2, NULL, 20)`),
    ),
  own: [],
};

const lines: string[] = [];
async function verify(migrations: VerifyOptions['migrations'], snapshot: string | null = null) {
  const log = (line: string) => void lines.push(line);
  const server = process.env.TEST_SERVER_URL as string;
  const differences = await verifyMigrations(server, { migrations, starts: [things], snapshot, log });
  return differences.map(({ what, diff }) => ({
    what,
    changed: diff.split('\n').filter((line) => /^[-+]/.test(line)),
  }));
}

it('finds nothing in migrations that take back what they did, and leaves no database behind', async () => {
  expect(await verify(good)).toEqual([]);
  expect(lines).toEqual([
    expect.stringMatching(/^things: all 2 migrations up, down, up; .*: 0 differences in 11 comparisons, /),
  ]);
  const left = await withQuery(process.env.TEST_SERVER_URL as string, (query) =>
    query(`SELECT datname FROM pg_database WHERE datname LIKE 'ethhook_throwaway_${process.pid}_%'`),
  );
  expect(left).toEqual([]);
});

it('finds what a revert leaves behind, whole and step by step', async () => {
  class AddShape1900000000003 implements MigrationInterface {
    up = (runner: QueryRunner) => runner.query('ALTER TABLE things ADD COLUMN IF NOT EXISTS shape text');
    down = () => Promise.resolve();
  }
  const changed = ['+     shape text,'];
  expect(await verify([...good, AddShape1900000000003])).toEqual(
    expect.arrayContaining([
      { what: 'things: all reverted, the schema is another', changed },
      { what: 'things: AddShape1900000000003 reverted, the schema is another', changed },
    ]),
  );
});

it('finds a migration that does not do the same twice', async () => {
  class AddNext1900000000003 implements MigrationInterface {
    async up(runner: QueryRunner): Promise<void> {
      const [{ next }] = (await runner.query(`SELECT nextval('counter')::text AS next`)) as [
        { next: string },
      ];
      await runner.query(`CREATE TABLE made_${next} ()`);
    }
    async down(runner: QueryRunner): Promise<void> {
      const [{ last }] = (await runner.query(`SELECT last_value::text AS last FROM counter`)) as [
        { last: string },
      ];
      await runner.query(`DROP TABLE made_${last}`);
    }
  }
  class AddCounter1900000000002 implements MigrationInterface {
    up = (runner: QueryRunner) => runner.query('CREATE SEQUENCE IF NOT EXISTS counter');
    down = () => Promise.resolve();
  }
  const found = await verify([AddCounter1900000000002, AddNext1900000000003]);
  expect(found).toContainEqual({
    what: 'things: applied again, the schema is another',
    changed: ['- CREATE TABLE made_1 (', '+ CREATE TABLE made_2 ('],
  });
  expect(found).toContainEqual({
    what: 'things: AddNext1900000000003 applied again, the schema is another',
    changed: ['- CREATE TABLE made_1 (', '+ CREATE TABLE made_2 ('],
  });
});

it("finds a change of a row that was there, by the column's name", async () => {
  class TouchThings1900000000001 implements MigrationInterface {
    up = (runner: QueryRunner) => runner.query(`UPDATE things SET name = 'two' WHERE id = 2`);
    down = (runner: QueryRunner) => runner.query('UPDATE things SET name = NULL, size = 21 WHERE id = 2');
  }
  const found = await verify([TouchThings1900000000001]);
  const columns = found.map(({ what, changed }) => [
    what,
    changed.filter((line) => line.startsWith('+')).map((line) => line.slice(2, line.indexOf(':'))),
  ]);
  expect(columns).toEqual([
    ['things: up() changed rows that were there', ['public.things', 'public.things.name']],
    ['things: all reverted, rows are others', ['public.things', 'public.things.size']],
    ['things: applied again, rows are others', ['public.things', 'public.things.size']],
    ['things: TouchThings1900000000001 reverted, rows are others', ['public.things', 'public.things.size']],
  ]);
});

it('lets only what is named stay after a revert', async () => {
  class ExtendThings1900000000001 implements MigrationInterface {
    async up(runner: QueryRunner): Promise<void> {
      await runner.query('CREATE EXTENSION IF NOT EXISTS "uuid-ossp"');
      await runner.query('CREATE EXTENSION IF NOT EXISTS pgcrypto');
    }
    down = () => Promise.resolve();
  }
  class AddOwner1900000000002 implements MigrationInterface {
    up = (runner: QueryRunner) =>
      runner.query('ALTER TABLE things ADD CONSTRAINT owner FOREIGN KEY (id) REFERENCES things NOT VALID');
    down = (runner: QueryRunner) => runner.query('ALTER TABLE things DROP CONSTRAINT owner');
  }
  class ValidateOwner1900000000003 implements MigrationInterface {
    up = (runner: QueryRunner) => runner.query('ALTER TABLE things VALIDATE CONSTRAINT owner');
    down = () => Promise.resolve();
  }
  const changed = ['+ CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;'];
  expect(
    await verify([ExtendThings1900000000001, AddOwner1900000000002, ValidateOwner1900000000003]),
  ).toEqual([
    { what: 'things: all reverted, the schema is another', changed },
    { what: 'things: ExtendThings1900000000001 reverted, the schema is another', changed },
  ]);
});

it('compares with the snapshot', async () => {
  expect(await verify(good, 'nothing')).toEqual([
    { what: 'things: test/snapshots/schema.sql differs', changed: expect.arrayContaining(['- nothing']) },
  ]);
});

it("starts from EthHook's schema as EthHook's own migrations leave it", async () => {
  const [made, original] = [await createEmptyDatabase(), await createEmptyDatabase()];
  try {
    expect(await createOriginalDatabase(made.url, 100)).toMatchObject({ events: 100 });
    await createOriginalSchema((text, values) => original.query(text, values));
    const dump = (db: typeof made) => dumpSchema((text) => db.query(text));
    expect(await dump(made)).toBe(await dump(original));
  } finally {
    await made.drop();
    await original.drop();
  }
});
