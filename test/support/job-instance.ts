import { Logger, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { z } from 'zod';
import { loadConfig, type AppConfig } from '../../src/kernel/config/config.js';
import { ConfigModule } from '../../src/kernel/config/config.module.js';
import { DatabaseModule } from '../../src/kernel/database/database.module.js';
import type { Job } from '../../src/kernel/tasks/job.js';
import type { RunDetails } from '../../src/kernel/tasks/job-state.js';
import { Jobs } from '../../src/kernel/tasks/jobs.js';
import { LeaderTasks } from '../../src/kernel/tasks/leader-tasks.js';
import { defaultTimings, RUNNER_TIMINGS, type RunnerTimings } from '../../src/kernel/tasks/runner-timings.js';
import { TasksModule } from '../../src/kernel/tasks/tasks.module.js';
import { TelemetryModule } from '../../src/kernel/telemetry/telemetry.module.js';
import { Metrics } from '../../src/kernel/telemetry/metrics.js';
import { becomes } from './leader-tasks.js';

export interface JobInstance {
  jobs: Jobs;
  tasks: LeaderTasks;
  metrics: Metrics;
  /** By hand, as an operator asks for it. */
  ask(name: string, request?: { parameters?: unknown; dryRun?: boolean; force?: boolean }): Promise<string>;
  /** The run once it has ended. */
  ended(runId: string): Promise<RunDetails>;
  /** As at shutdown. */
  stop(): Promise<void>;
}

/** The runner of one instance of the server, with these jobs, those of `modules`, and nothing else. */
export async function startJobInstance(
  databaseUrl: string,
  jobs: readonly Job[],
  environment: NodeJS.ProcessEnv = {},
  timings: Partial<RunnerTimings> = {},
  modules: readonly Type[] = [],
): Promise<JobInstance> {
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    JWT_SECRET: 'x'.repeat(32),
    DATABASE_POOL_MIN: '1',
    DATABASE_POOL_MAX: '8',
    ...environment,
  }) as AppConfig;
  const app = await Test.createTestingModule({
    imports: [ConfigModule.with(config), TelemetryModule, DatabaseModule, TasksModule, ...modules],
  })
    .overrideProvider(RUNNER_TIMINGS)
    .useValue({ ...defaultTimings, pollMs: 100, beatMs: 100, cancelMs: 500, retryMs: 50, ...timings })
    .compile();
  Logger.overrideLogger(false);
  for (const job of jobs) app.get(Jobs).register(job);
  await app.init().catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  return instanceOf(app);
}

function instanceOf(app: TestingModule): JobInstance {
  const jobs = app.get(Jobs);
  return {
    jobs,
    tasks: app.get(LeaderTasks),
    metrics: app.get(Metrics),
    ask: async (name, request = {}) => {
      const asked = { parameters: {}, dryRun: false, force: false, askedBy: 'cli', ...request };
      return (await jobs.runNow(name, asked)).runId;
    },
    ended: async (runId) => {
      await becomes(
        `run ${runId} has ended`,
        async () => !['queued', 'running'].includes((await jobs.run(runId)).state),
      );
      return jobs.run(runId);
    },
    stop: () => app.close(),
  };
}

/** A light job by hand that does nothing. */
export const aJob = (job: Partial<Job> & { name: string }): Job => ({
  description: 'Of the tests.',
  schedule: null,
  missed: 'catch-up',
  weight: 'light',
  timeoutMs: 20_000,
  retries: 0,
  parameters: z.strictObject({}),
  plan: () => Promise.resolve([]),
  run: () => Promise.resolve({ rows: 0, steps: [], summary: 'done' }),
  ...job,
});
