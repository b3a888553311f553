import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOptions } from '../../src/data-source.js';
import { revertLastMigration, runMigrations, type RunOptions } from '../../src/kernel/migrations/migrator.js';
import { CreateMigrationJournal1764100000000 } from '../../src/migrations/1764100000000-CreateMigrationJournal.js';
import { quick } from './live-database.js';
import type { TestDatabase } from './test-database.js';

type Step = (runner: QueryRunner) => Promise<unknown>;

export const OWN_MIGRATION = 'Own1900000000001';

/** The journal's migration and one, outside a transaction, that does these steps. */
export function ownMigration(db: TestDatabase, log: string[] = []) {
  const options = (up: Step, down: Step = () => Promise.resolve()) => ({
    ...dataSourceOptions(db.url),
    migrations: [
      CreateMigrationJournal1764100000000,
      class Own1900000000001 implements MigrationInterface {
        readonly name = OWN_MIGRATION;
        readonly transaction = false;
        up = (runner: QueryRunner) => up(runner) as Promise<void>;
        down = (runner: QueryRunner) => down(runner) as Promise<void>;
      },
    ],
  });
  const say = (line: string) => void log.push(line);
  return {
    run: (up: Step, more: RunOptions = {}) => runMigrations(options(up), say, { ...quick, ...more }),
    revert: (down: Step) => revertLastMigration(options(down, down), say, quick),
    /** As if it had never run, though what it did is there: what a kill before the ledger's entry leaves. */
    forget: () => db.query('DELETE FROM ethhook_admin_migrations WHERE name = $1', [OWN_MIGRATION]),
    journal: () =>
      db.query<{
        object: string;
        action: string;
        reason: string;
        evidence: Record<string, unknown>;
        restoreSql: string;
      }>(
        `SELECT c.object, c.action, c.reason, c.evidence, c.restore_sql AS "restoreSql"
           FROM ethhook_admin_schema_changes c WHERE c.action <> 'begun' ORDER BY c.object`,
      ),
  };
}

export async function connect(url: string, options: object = {}): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, ...options });
  client.on('error', () => undefined); // tests also kill sessions
  await client.connect();
  return client;
}

export async function until<T>(
  what: () => Promise<T | false | undefined> | T | false | undefined,
): Promise<T> {
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline) {
    const found = await what();
    if (found) return found;
    await sleep(10);
  }
  throw new Error('what was waited for did not come');
}
