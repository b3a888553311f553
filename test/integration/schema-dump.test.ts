import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lineDiff } from '../../scripts/line-diff.js';
import { dumpSchema } from '../../scripts/schema-dump.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';

const databases: TestDatabase[] = [];
async function database(open: () => Promise<TestDatabase>, sql = ''): Promise<TestDatabase> {
  const db = await open();
  databases.push(db);
  await db.query(sql);
  return db;
}
const dump = (db: TestDatabase, without?: string[]) =>
  dumpSchema((text) => db.query(text), without && { without });
afterEach(async () => {
  for (const db of databases.splice(0)) await db.drop();
});

// What PostgreSQL 14 to 18 word or store differently is in here: NOT NULL, views over one relation.
const schema = `
  CREATE SCHEMA stats;
  CREATE EXTENSION pgcrypto WITH SCHEMA stats;
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE DOMAIN positive AS integer DEFAULT 1 CHECK (VALUE > 0);
  CREATE TABLE "Odd Name" (
    id serial PRIMARY KEY, "Mixed" text COLLATE "C" DEFAULT 'public.x', m mood NOT NULL, p positive,
    big bigint GENERATED ALWAYS AS IDENTITY, twice int GENERATED ALWAYS AS (id * 2) STORED, note text,
    CONSTRAINT short CHECK (length(note) < 10));
  ALTER TABLE "Odd Name" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_enabled = off),
    ALTER note SET STORAGE EXTERNAL, ALTER note SET STATISTICS 500, ALTER id SET (n_distinct = -0.5),
    ADD CONSTRAINT late CHECK (note <> 'x') NOT VALID;
  CREATE TABLE hits (id uuid PRIMARY KEY, owner uuid NOT NULL, good boolean, at timestamptz DEFAULT now());
  CREATE INDEX hits_good ON hits (owner, at DESC) INCLUDE (good) WITH (fillfactor = 80) WHERE good;
  CREATE STATISTICS hits_owner (dependencies) ON owner, good FROM hits;
  CREATE UNLOGGED TABLE stats.cache (k text PRIMARY KEY, hit uuid REFERENCES hits ON DELETE CASCADE);
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM public.hits; RETURN new; END $$;
  CREATE PROCEDURE nothing() LANGUAGE plpgsql SET search_path = public AS $$ BEGIN END $$;
  CREATE TRIGGER each_row BEFORE UPDATE OF owner ON hits FOR EACH ROW WHEN (new.good) EXECUTE FUNCTION touch();
  CREATE TRIGGER fresh AFTER INSERT ON hits REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION touch();
  ALTER TABLE hits DISABLE TRIGGER fresh;
  CREATE VIEW plain AS SELECT h.id FROM hits h WHERE EXISTS (SELECT FROM stats.cache c WHERE c.hit = h.id);
  CREATE VIEW joined AS SELECT h.id, c.k, ')' AS paren FROM hits h JOIN stats.cache c ON c.hit = h.id;
  CREATE VIEW nested AS WITH x AS (SELECT s.owner FROM (SELECT owner FROM hits) s) SELECT x.owner FROM x LIMIT 1;
  CREATE MATERIALIZED VIEW per_owner AS SELECT owner, count(*) AS hits FROM hits GROUP BY owner;
  CREATE UNIQUE INDEX per_owner_key ON per_owner (owner);
  CREATE TABLE log (at date NOT NULL) PARTITION BY RANGE (at);
  CREATE INDEX log_at ON log (at);
  CREATE TABLE log_2026 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  COMMENT ON TABLE hits IS 'it''s public.hits';
  COMMENT ON COLUMN hits.at IS 'when';
  COMMENT ON CONSTRAINT short ON "Odd Name" IS 'ten';`;

it('is SQL that makes the same schema again', async () => {
  const first = await dump(await database(createEmptyDatabase, schema));
  const again = await dump(await database(createEmptyDatabase, first));
  expect(again).toBe(first);
});

it('words every kind of object the same in all supported versions of PostgreSQL', async () => {
  const text = await dump(await database(createEmptyDatabase, schema));
  for (const part of expectedParts) expect(text).toContain(part);
  expect(text).not.toMatch(/pgp_sym_encrypt|_not_null/);
});

it('does not depend on the order of creation', async () => {
  const parts = [
    'CREATE TABLE b (id int)',
    'CREATE TABLE a (id int)',
    'CREATE INDEX z ON a (id)',
    'CREATE INDEX y ON a (id)',
  ];
  const reordered = [parts[1], parts[3], parts[2], parts[0]];
  expect(await dump(await database(createEmptyDatabase, parts.join(';')))).toBe(
    await dump(await database(createEmptyDatabase, reordered.join(';'))),
  );
});

it('marks an invalid index, and leaves out tables on request', async () => {
  const db = await database(
    createEmptyDatabase,
    'CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1); CREATE TABLE b ()',
  );
  await expect(db.query('CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id)')).rejects.toThrow(
    'could not create',
  );
  expect(await dump(db)).toContain('CREATE UNIQUE INDEX a_id ON a USING btree (id); -- INVALID');
  expect(await dump(db, ['a'])).not.toMatch(/\ba\b.*\bid\b/);
  expect(await dump(db, ['a'])).toContain('CREATE TABLE b');
});

it('test/snapshots/schema.sql is what the migrations make; if not: npm run db:dump', async () => {
  const committed = await readFile(join(__dirname, '..', 'snapshots', 'schema.sql'), 'utf8');
  expect(lineDiff(committed, await dump(await database(createTestDatabase)))).toBe('');
});

describe('lineDiff', () => {
  it.each([
    ['a\nb', 'a\nb', ''],
    ['a\nb\nc', 'a\nx\nc', '  a\n- b\n+ x\n  c'],
    ['a', 'a\nb', '  a\n+ b'],
    ['', 'a', '- \n+ a'],
    ['1\n2\n3\n4\n5\n6\n7\n8\n9', '1\n2\n3\n4\n5\n6\n7\n9', '  6\n  7\n- 8\n  9'],
    ['a\n1\n2\n3\n4\n5\nb', '1\n2\n3\n4\n5', '- a\n  1\n  2\n…\n  4\n  5\n- b'],
  ])('of %j and %j', (before, after, expected) => {
    expect(lineDiff(before, after)).toBe(expected);
  });
});

const expectedParts = [
  'CREATE SCHEMA stats;\nCREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA stats;\n',
  "CREATE TYPE mood AS ENUM ('sad', 'happy');\n",
  'CREATE DOMAIN positive AS integer DEFAULT 1 CONSTRAINT positive_check CHECK ((VALUE > 0));\n',
  `CREATE TABLE "Odd Name" (
    id integer DEFAULT nextval('"Odd Name_id_seq"'::regclass) NOT NULL,
    "Mixed" text COLLATE "C" DEFAULT 'public.x'::text,
    m mood NOT NULL,
    p positive,
    big bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    twice integer GENERATED ALWAYS AS ((id * 2)) STORED,
    note text,
    CONSTRAINT "Odd Name_pkey" PRIMARY KEY (id),
    CONSTRAINT short CHECK ((length(note) < 10))
)
WITH (autovacuum_vacuum_scale_factor=0.05, fillfactor=70, toast.autovacuum_enabled=off);
ALTER TABLE "Odd Name" ALTER COLUMN id SET (n_distinct=-0.5);
ALTER TABLE "Odd Name" ALTER COLUMN note SET STATISTICS 500;
ALTER TABLE "Odd Name" ALTER COLUMN note SET STORAGE EXTERNAL;
ALTER SEQUENCE "Odd Name_id_seq" OWNED BY "Odd Name".id;
`,
  "CREATE INDEX hits_good ON hits USING btree (owner, at DESC) INCLUDE (good) WITH (fillfactor='80') WHERE good;\n",
  'CREATE STATISTICS hits_owner (dependencies) ON owner, good FROM hits;\n',
  'CREATE UNLOGGED TABLE stats.cache (\n    k text NOT NULL,\n    hit uuid,\n    CONSTRAINT cache_pkey PRIMARY KEY (k)\n);\n',
  "CREATE TABLE log_2026 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');\n",
  'ALTER TABLE "Odd Name" ADD CONSTRAINT late CHECK ((note <> \'x\'::text)) NOT VALID;\n',
  'ALTER TABLE stats.cache ADD CONSTRAINT cache_hit_fkey FOREIGN KEY (hit) REFERENCES hits(id) ON DELETE CASCADE;\n',
  'CREATE OR REPLACE FUNCTION touch()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$ BEGIN PERFORM 1 FROM public.hits;',
  'CREATE VIEW plain AS\n SELECT id\n   FROM hits h\n  WHERE (EXISTS ( SELECT\n           FROM stats.cache c\n          WHERE (c.hit = h.id)));\n',
  "CREATE VIEW joined AS\n SELECT h.id,\n    c.k,\n    ')'::text AS paren\n   FROM (hits h\n     JOIN stats.cache c ON ((c.hit = h.id)));\n",
  ' SELECT owner\n   FROM x\n LIMIT 1;\n',
  'CREATE MATERIALIZED VIEW per_owner AS\n SELECT owner,\n    count(*) AS hits\n   FROM hits\n  GROUP BY owner;\nCREATE UNIQUE INDEX per_owner_key ON per_owner USING btree (owner);\n',
  'CREATE TRIGGER each_row BEFORE UPDATE OF owner ON hits FOR EACH ROW WHEN (new.good) EXECUTE FUNCTION touch();\n',
  'ALTER TABLE hits DISABLE TRIGGER fresh;\n',
  "COMMENT ON TABLE hits IS 'it''s public.hits';\n",
  "COMMENT ON COLUMN hits.at IS 'when';\n",
  'COMMENT ON CONSTRAINT short on "Odd Name" IS \'ten\';\n',
];
