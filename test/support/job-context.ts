import type { DedicatedSession } from '../../src/kernel/database/dedicated-session.js';
import { sql } from '../../src/kernel/database/sql.js';
import type { Job, JobContext, JobReport, JobStep } from '../../src/kernel/tasks/job.js';
import { sessionsOf } from './leader-tasks.js';

const setTimeouts = (lockTimeoutMs: number, timeoutMs: number) =>
  sql<never>('test.set-timeouts')`SELECT set_config('lock_timeout', ${String(lockTimeoutMs)}, false),
    set_config('statement_timeout', ${String(timeoutMs)}, false)`;

/** What a job works with, on a session of its own, without the runner around it. */
export async function withJobContext<T>(
  databaseUrl: string,
  use: (context: JobContext, session: DedicatedSession) => Promise<T>,
  signal: AbortSignal = new AbortController().signal,
): Promise<T> {
  const session = await sessionsOf(databaseUrl).sessions.connect('job test');
  try {
    return await use(
      {
        signal,
        query: (statement) => session.query(statement),
        transaction: (options, run) => session.transaction(options, run),
        finish: (run) => session.transaction({}, run),
        command: async (statement, { lockTimeoutMs, timeoutMs = 0 }) => {
          await session.query(setTimeouts(lockTimeoutMs, timeoutMs));
          await session.query({ ...statement, name: '' });
        },
        progress: () => undefined,
      },
      session,
    );
  } finally {
    await session.close();
  }
}

/** One run; a job by hand with these parameters, as the routes would parse them. */
export const runJob = (databaseUrl: string, job: Job, parameters: unknown = {}): Promise<JobReport> =>
  withJobContext(databaseUrl, (context) => job.run(context, job.parameters.parse(parameters)));

export const planJob = (
  databaseUrl: string,
  job: Job,
  parameters: unknown = {},
): Promise<readonly JobStep[]> =>
  withJobContext(databaseUrl, (context) => job.plan(context, job.parameters.parse(parameters)));
