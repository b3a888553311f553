import pg from 'pg';
import { loadConfig, type AppConfig } from '../../src/kernel/config/config.js';
import { connectionOptions } from '../../src/kernel/database/connection.js';
import { Wire, type QueryRunner } from '../../src/kernel/database/wire.js';
import type { FoldSession } from '../../src/modules/statistics/fold.js';

/** One connection with the server's own settings, for what a leader or a request does on it. */
export interface OwnSession extends FoldSession, QueryRunner {
  /** Text of the test's own. */
  run<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export async function openSession(databaseUrl: string): Promise<OwnSession> {
  const config = loadConfig({ DATABASE_URL: databaseUrl, JWT_SECRET: 'x'.repeat(32) }) as AppConfig;
  const client = new pg.Client({ ...connectionOptions(config, 'test'), statement_timeout: 60_000 });
  client.on('error', () => undefined);
  const wire = new Wire(config.database.statementTimeoutMs, 'none');
  await client.connect();
  return {
    query: (statement) => wire.query(client, statement),
    transaction: (options, run) => wire.transaction(client, options, run),
    run: async (text, values = []) => (await client.query({ text, values: [...values] })).rows as never,
    close: () => client.end(),
  };
}
