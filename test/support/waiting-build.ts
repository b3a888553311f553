import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { withQuery } from '../../scripts/throwaway-server.js';

/** The sessions of migration runs in this database. */
const runnerSessions = `SELECT FROM pg_stat_activity a
  WHERE a.datname = current_database() AND a.application_name = 'ethhook-admin migrations'`;

/** Holds a snapshot, for which every concurrent index build waits, until `work` is done. */
export async function withOldSnapshot<T>(url: string, work: () => Promise<T>): Promise<T> {
  const reader = new pg.Client({ connectionString: url });
  reader.on('error', () => undefined); // after a failure the database is dropped under it
  await reader.connect();
  try {
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await reader.query('SELECT count(*) FROM users');
    return await work();
  } finally {
    await reader.end();
  }
}

const DEADLINE_MS = 30_000;

/** Until a run is at a concurrent build that waits for somebody's snapshot. */
export async function untilBuildWaits(url: string): Promise<void> {
  const waits = `${runnerSessions} AND a.wait_event_type = 'Lock' AND a.query ~ '^CREATE (UNIQUE )?INDEX CONCURRENTLY '`;
  await poll(url, waits, (rows) => rows > 0);
}

/** Until the server has seen that the runner is gone; how long that took. */
export async function backendGoneMs(url: string): Promise<number> {
  const startedAt = performance.now();
  await poll(url, runnerSessions, (rows) => rows === 0);
  return performance.now() - startedAt;
}

async function poll(url: string, statement: string, isIt: (rows: number) => boolean): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await sleep(50))
    if (isIt((await withQuery(url, (query) => query(statement))).length)) return;
  throw new Error(`not within ${DEADLINE_MS / 1000} s: ${statement}`);
}
