import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from '../database/database.js';
import type { DedicatedSession, DedicatedSessions } from '../database/dedicated-session.js';
import { unnamed } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import type { Fence } from './fence.js';
import { runTakenOver } from './fence.js';
import type { JobRunsRepository } from './job-runs.repository.js';
import { LeaderSession } from './leader-session.js';
import { readBackendPid } from './queries/read-backend-pid.sql.js';

const LOCK_PATIENCE_MS = 2000;
const LOCK_POLL_MS = 100;
/** Others of this pooler's clients may come between two statements, so one look may miss it. */
const POOLER_LOOKS = 5;

/** The connection of one run: it holds the job's lock, so that no two runs of the job are at once, whatever the ledger says. */
export interface RunSession {
  readonly session: DedicatedSession;
  readonly leader: LeaderSession;
  readonly backendPid: number;
}

/** null: another session holds the job's lock. Throws DomainErrors. */
export async function openRunSession(
  job: string,
  fence: Fence,
  sessions: DedicatedSessions,
  runs: JobRunsRepository,
): Promise<RunSession | null> {
  const session = await sessions.connect(`job ${job}`);
  try {
    if (session.processId !== (await pidOf(session))) await refuseSharedBackend(session, sessions, job);
    const leader = new LeaderSession(session, `job ${job}`);
    if (!(await takeLock(leader))) {
      await session.close();
      return null;
    }
    const backendPid = await runs.attachBackend(session, fence);
    if (backendPid === undefined) throw runTakenOver(fence);
    return { session, leader, backendPid };
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function takeLock(leader: LeaderSession): Promise<boolean> {
  for (const deadline = performance.now() + LOCK_PATIENCE_MS; ; await sleep(LOCK_POLL_MS)) {
    if (await leader.takeLock()) return true;
    if (performance.now() > deadline) return false;
  }
}

/**
 * Somebody stands between us and PostgreSQL. A pooler in transaction mode gives a backend that is at rest to whoever comes
 * next: it would be another's, and with it the lock, which would stay there when we are gone.
 */
async function refuseSharedBackend(
  session: DedicatedSession,
  sessions: DedicatedSessions,
  job: string,
): Promise<void> {
  const other = await sessions.connect(`job ${job} check`);
  try {
    for (let look = 0; look < POOLER_LOOKS; look++) {
      const pid = await pidOf(session);
      const isShared = await other.transaction(
        {},
        async (tx) => (await pidOf(tx)) === pid || (await pidOf(session)) !== pid,
      );
      if (isShared) throw behindPooler();
    }
  } finally {
    await other.close();
  }
}

const pidOf = async (runner: QueryRunner) => (await runner.query(unnamed(readBackendPid())))[0]?.pid;

const behindPooler = () =>
  new DomainError(
    'conflict',
    'behind_transaction_pooler',
    'DATABASE_URL leads to a pooler in transaction mode, behind which no session keeps its lock: give the address of ' +
      'PostgreSQL itself, or of a pool in session mode, in DATABASE_DIRECT_URL',
  );
