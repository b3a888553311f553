import { Global, Module } from '@nestjs/common';
import { Jobs } from './jobs.js';
import { LeaderTasks } from './leader-tasks.js';

@Global()
@Module({ providers: [LeaderTasks, Jobs], exports: [LeaderTasks, Jobs] })
export class TasksModule {}
