import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { APP_CONFIG, type AppConfig } from '../config/config.js';
import { JobLedger } from './job-ledger.repository.js';
import { JobMetrics } from './job-metrics.js';
import { JobRunner } from './job-runner.js';
import { JobRunsRepository } from './job-runs.repository.js';
import { JobSet } from './job-set.js';
import { Jobs } from './jobs.js';
import { LeaderTasks } from './leader-tasks.js';
import { MaintenanceWindows } from './maintenance-windows.js';
import { Preflight } from './preflight.js';
import { RunGuard } from './run-guard.js';
import { defaultTimings, RUNNER_TIMINGS } from './runner-timings.js';
import { TaskPauses } from './task-pauses.js';

@Global()
@Module({
  imports: [ScheduleModule.forRoot()],
  providers: [
    LeaderTasks,
    TaskPauses,
    JobSet,
    JobLedger,
    JobRunsRepository,
    JobMetrics,
    Preflight,
    RunGuard,
    {
      provide: MaintenanceWindows,
      inject: [APP_CONFIG],
      useFactory: ({ maintenance }: AppConfig) =>
        new MaintenanceWindows(maintenance.windows, maintenance.timeZone),
    },
    { provide: RUNNER_TIMINGS, useValue: defaultTimings },
    JobRunner,
    Jobs,
  ],
  exports: [LeaderTasks, Jobs],
})
export class TasksModule {}
