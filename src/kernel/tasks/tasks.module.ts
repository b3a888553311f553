import { Global, Module } from '@nestjs/common';
import { LeaderTasks } from './leader-tasks.js';

@Global()
@Module({ providers: [LeaderTasks], exports: [LeaderTasks] })
export class TasksModule {}
