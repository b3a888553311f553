import { runMigrations } from '../../src/data-source.js';
import { StatementsCollector } from '../../src/modules/monitoring/statements/statements.collector.js';
import { StatementsReadModel } from '../../src/modules/monitoring/statements/statements.read-model.js';
import { startFaultServer, type FaultServer } from './fault-server.js';
import { becomes } from './leader-tasks.js';
import { openSession, type OwnSession } from './own-session.js';

/** What pg_stat_statements has of one statement, which is known by the word in its comment. */
export interface Reading {
  calls: number;
  rows: number;
  exec_ms: number;
  blocks_hit: number;
  wal_bytes: number;
}

export interface StatementWorld {
  server: FaultServer;
  session(): OwnSession;
  /** One turn of the collector. */
  turn(): Promise<void>;
  reads(): StatementsReadModel;
  read(): Promise<Map<string, Reading>>;
  /** Texts of the test's own, one after the other, on the same session. */
  run(...texts: string[]): Promise<void>;
  reconnect(): Promise<void>;
  remove(): Promise<void>;
}

/** A migrated server of its own that keeps few statements. */
export async function startStatementWorld(settings: Record<string, string> = {}): Promise<StatementWorld> {
  const server = await startFaultServer({ fsync: 'off', 'pg_stat_statements.max': '100', ...settings });
  await runMigrations(server.url, () => undefined);
  let session = await openSession(server.url);
  const collector = new StatementsCollector();
  return {
    server,
    session: () => session,
    turn: () => collector.collect(session),
    reads: () => new StatementsReadModel(session),
    read: async () => {
      const rows = await session.run<Reading & { word: string }>(`
        SELECT substring(s.query FROM '/\\* (\\w+) \\*/') AS word, sum(s.calls)::float8 AS calls, sum(s.rows)::float8 AS rows,
               sum(s.total_exec_time) AS exec_ms, sum(s.shared_blks_hit)::float8 AS blocks_hit,
               sum(s.wal_bytes)::float8 AS wal_bytes
          FROM pg_stat_statements s WHERE s.toplevel GROUP BY 1`);
      return new Map(rows.map(({ word, ...reading }) => [word, reading]));
    },
    run: async (...texts) => {
      for (const text of texts) await session.run(text);
    },
    reconnect: async () => {
      await session.close().catch(() => undefined);
      await becomes('the server answers', async () => {
        try {
          session = await openSession(server.url);
          return true;
        } catch {
          return false;
        }
      });
    },
    remove: async () => {
      await session.close().catch(() => undefined);
      // Restarted, it is no longer its owner's to stop.
      await server.kill().catch(() => undefined);
      await server.remove();
    },
  };
}
