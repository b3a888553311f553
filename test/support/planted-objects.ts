import pg from 'pg';
import type { TestDatabase } from './test-database.js';

/** 20,000 rows each: what is wrong here is wrong at a hundredth of a real size, with bounds to match. */
const trouble = `
CREATE SCHEMA "Odd schema";
SET search_path = "Odd schema";
CREATE TABLE "Planted" (a int, b int, c int, d int);
INSERT INTO "Planted" SELECT i, i, i, i FROM generate_series(1, 20000) i;
CREATE INDEX "unused ""one""" ON "Planted" (a);
CREATE INDEX wide ON "Planted" (b, c);
CREATE INDEX twin ON "Planted" (b, c);
CREATE INDEX prefix ON "Planted" (b);
CREATE INDEX broken ON "Planted" (d);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass;

CREATE TABLE parents (id int PRIMARY KEY, one int, two int, UNIQUE (one, two));
INSERT INTO parents SELECT i, i, i FROM generate_series(1, 2000) i;
CREATE TABLE children (
  "the parent" int REFERENCES parents, other_parent int REFERENCES parents, two int, one int,
  FOREIGN KEY (one, two) REFERENCES parents (one, two));
CREATE INDEX ON children (other_parent);
CREATE INDEX ON children (two, one);
INSERT INTO children SELECT i % 1000 + 1, 1, 1, 1 FROM generate_series(1, 20000) i;
DELETE FROM parents WHERE id > 1900;

CREATE TABLE scanned (n int);
INSERT INTO scanned SELECT i FROM generate_series(1, 20000) i;

CREATE TABLE bloated (id int PRIMARY KEY, note text);
INSERT INTO bloated SELECT i, repeat('x', 50) FROM generate_series(1, 60000) i;
DELETE FROM bloated WHERE id % 10 > 0;

CREATE TABLE held (n int);
INSERT INTO held SELECT i FROM generate_series(1, 20000) i;
CREATE TABLE aged (n int) WITH (autovacuum_freeze_max_age = 100000);
CREATE TABLE unattended (n int) WITH (autovacuum_enabled = off);
INSERT INTO unattended SELECT i FROM generate_series(1, 20000) i;

CREATE TABLE counted (id serial, far bigserial, half serial, round serial);
SELECT setval('counted_id_seq', 2000000000), setval('counted_far_seq', 2000000000), setval('counted_half_seq', 1500000000),
       setval('counted_round_seq', 2000000000);
ALTER SEQUENCE counted_round_seq CYCLE;
CREATE SEQUENCE "Free" AS smallint;
CREATE SEQUENCE borrowed;
CREATE TABLE narrow (n smallint DEFAULT nextval('borrowed'));
CREATE SEQUENCE down AS int INCREMENT -1;
CREATE TABLE wider (n bigint DEFAULT nextval('down'));
SELECT setval('"Free"', 26000), setval('borrowed', 30000), setval('down', -2000000000);
RESET search_path`;

export async function plantObjects({ url }: TestDatabase): Promise<void> {
  await inSession(url, trouble);
  const tables = ['"Planted"', 'parents', 'children', 'scanned', 'bloated', 'held', 'unattended'];
  await inSession(url, ...tables.map((table) => `VACUUM (ANALYZE) "Odd schema".${table}`));
}

/** What a session does reaches the statistics when it ends: until then it might come in later, as if somebody did it then. */
async function inSession(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** Ids of transactions, each of a write that is seen by this session alone. */
export const burnTransactions = (count: number) => `
DO $$ BEGIN
  CREATE TEMP TABLE burnt (n int);
  FOR i IN 1..${count} LOOP
    BEGIN
      INSERT INTO burnt VALUES (i);
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
  END LOOP;
  DROP TABLE burnt;
END $$`;
