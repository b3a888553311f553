import { Global, Module } from '@nestjs/common';
import { JobLedger } from './job-ledger.repository.js';
import { JobSet } from './job-set.js';
import { Jobs } from './jobs.js';
import { LeaderTasks } from './leader-tasks.js';

@Global()
@Module({ providers: [LeaderTasks, JobSet, JobLedger, Jobs], exports: [LeaderTasks, Jobs] })
export class TasksModule {}
