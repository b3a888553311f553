import { setTimeout as sleep } from 'node:timers/promises';
import { withScriptSession } from '../../kernel/database/script-session.js';
import { LeaderSession } from '../../kernel/tasks/leader-session.js';
import { Fold } from './fold.js';
import { FoldStatusReads } from './fold-status.reads.js';
import { RollupRepository } from './rollup.repository.js';
import { FOLD_TASK } from './tasks/fold.task.js';

export interface BuildProgress {
  /** Attempts and versions folded so far. */
  changes: number;
  /** Tenants, or parts of them, that are still to be counted. */
  rebuilds: number;
}

/** Someone folds this database already, and builds what there is to build. */
export class FoldInUseError extends Error {
  override readonly name = 'FoldInUseError';
  constructor() {
    super('A running server keeps the rollups of this database: it builds them, and nothing is to be done.');
  }
}

const LOCK_ATTEMPTS = 10;
const LOCK_RETRY_MS = 500;

/**
 * Counts what is asked for and folds until nothing is left, for a database that was filled without a server. Throws
 * FoldInUseError, and what `signal` was aborted with; what is done by then stays.
 */
export async function buildRollups(
  databaseUrl: string,
  onProgress: (progress: BuildProgress) => void = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  await withScriptSession(databaseUrl, 'rollups', async (connection) => {
    const session = new LeaderSession(connection, FOLD_TASK);
    await takeLock(session, signal);
    await new RollupRepository(session).giveMemory();
    const fold = new Fold(session);
    const status = new FoldStatusReads(session);
    let changes = 0;
    for (let isDone = false; !isDone;) {
      signal.throwIfAborted();
      const isRebuilding = await fold.rebuild();
      const step = await fold.step();
      changes += step.changes;
      onProgress({ changes, rebuilds: (await status.read()).rebuilds });
      isDone = !isRebuilding && !step.isBehind;
    }
  });
}

// The session of a server that was killed may take a moment to end.
async function takeLock(session: LeaderSession, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; !(await session.takeLock()); attempt++) {
    if (attempt === LOCK_ATTEMPTS) throw new FoldInUseError();
    await sleep(LOCK_RETRY_MS, undefined, { signal });
  }
}
