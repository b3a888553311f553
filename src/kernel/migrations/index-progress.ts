import type { QueryRunner } from 'typeorm';
import { contextOf } from './settings.js';

const POLL_MS = 1000;
const LOG_EVERY_MS = 10_000;

interface Progress {
  phase: string;
  doneBlocks: number;
  totalBlocks: number;
  doneTuples: number;
  totalTuples: number;
  lockersTotal: number;
  lockersDone: number;
  currentLocker: number | null;
}

/** Shows how far a concurrent build is, from a second session, for as long as `build` takes. */
export async function watchIndexBuild(
  runner: QueryRunner,
  name: string,
  build: () => Promise<unknown>,
): Promise<void> {
  const { progress, log, rehearsal } = contextOf(runner);
  if (rehearsal) return void (await build());
  const [{ pid } = { pid: 0 }] = (await runner.query('SELECT pg_backend_pid() AS "pid"')) as {
    pid: number;
  }[];
  const startedAt = performance.now();
  let polling = false;
  let logAt = startedAt + LOG_EVERY_MS;
  const show = (line: string) => {
    progress(line);
    if (performance.now() < logAt) return;
    log(line);
    logAt = performance.now() + LOG_EVERY_MS;
  };
  const timer = setInterval(() => {
    if (polling) return;
    polling = true;
    readProgress(runner, pid)
      .then((found) => found && show(lineOf(name, found, (performance.now() - startedAt) / 1000)))
      .catch(() => undefined) // the build goes on without being watched
      .finally(() => (polling = false));
  }, POLL_MS);
  try {
    await build();
  } finally {
    clearInterval(timer);
    progress(null);
  }
}

async function readProgress(runner: QueryRunner, pid: number): Promise<Progress | undefined> {
  const rows = await runner.dataSource.query<Progress[]>(
    `SELECT p.phase AS "phase", p.blocks_done::float8 AS "doneBlocks", p.blocks_total::float8 AS "totalBlocks",
            p.tuples_done::float8 AS "doneTuples", p.tuples_total::float8 AS "totalTuples",
            p.lockers_total::int AS "lockersTotal", p.lockers_done::int AS "lockersDone",
            nullif(p.current_locker_pid, 0)::int AS "currentLocker"
       FROM pg_stat_progress_create_index p WHERE p.pid = $1`,
    [pid],
  );
  return rows[0];
}

function lineOf(name: string, at: Progress, seconds: number): string {
  const [done, total] =
    at.totalTuples > 0 ? [at.doneTuples, at.totalTuples] : [at.doneBlocks, at.totalBlocks];
  const share = total > 0 ? ` ${((100 * done) / total).toFixed(0)} %` : '';
  const waiting =
    at.phase.startsWith('waiting') && at.currentLocker !== null
      ? ` (for backend ${at.currentLocker}, ${at.lockersTotal - at.lockersDone} to go)`
      : '';
  return `${name}: ${at.phase}${share}${waiting} | ${seconds.toFixed(0)} s`;
}
