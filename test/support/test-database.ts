import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export interface TestDatabase {
  /** Superuser's URL. */
  url: string;
  query<Row extends pg.QueryResultRow = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
  /** Ends every session in it and deletes it. */
  drop(): Promise<void>;
}

const busyRetries = 40;
const busyDelayMs = 50;

/** A database of its own with the migrated schema: a clone of the template, some 50 ms. */
export const createTestDatabase = (): Promise<TestDatabase> => create('ethhook_template');

/** A database of its own without any schema. */
export const createEmptyDatabase = (): Promise<TestDatabase> => create('template0');

/** A database of its own with all that is in this one, to which no session may be connected for long. */
export const copyTestDatabase = ({ url }: TestDatabase): Promise<TestDatabase> =>
  create(new URL(url).pathname.slice(1));

async function create(template: string): Promise<TestDatabase> {
  const name = `test_${process.pid}_${randomBytes(6).toString('hex')}`;
  await clone(name, template);
  const url = urlOf(name);
  const pool = new pg.Pool({ connectionString: url, max: 4, allowExitOnIdle: true });
  pool.on('error', () => undefined); // tests also kill sessions and servers
  return {
    url,
    query: async (text, values = []) => (await pool.query({ text, values: [...values] })).rows as never,
    drop: async () => {
      await pool.end();
      await administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function clone(name: string, template: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await administer(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    } catch (error) {
      const isBusy = (error as { code?: string }).code === '55006'; // object_in_use
      if (!isBusy || attempt === busyRetries) throw error;
      await sleep(busyDelayMs);
    }
  }
}

function urlOf(database: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${database}`;
  return url.href;
}

function serverUrl(): string {
  const url = process.env.TEST_SERVER_URL;
  if (!url)
    throw new Error('TEST_SERVER_URL is not set: this suite needs the global set-up of its jest project');
  return url;
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
