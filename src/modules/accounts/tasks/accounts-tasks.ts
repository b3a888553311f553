import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../kernel/config/config.js';
import { LeaderTasks } from '../../../kernel/tasks/leader-tasks.js';
import { DeletionMetrics } from '../deletion-metrics.js';
import { DeletionsTask } from './deletions.task.js';

/** Of the rows that a read looks at beside the rollups, half may be ours: with more it would not be of this moment. */
const SHARE_OF_TAIL = 4;

@Injectable()
export class AccountsTasks implements OnApplicationBootstrap {
  constructor(
    private readonly tasks: LeaderTasks,
    private readonly metrics: DeletionMetrics,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    const maxUnfolded = Math.floor(this.config.statistics.maxTailRows / SHARE_OF_TAIL);
    this.tasks.start(new DeletionsTask(maxUnfolded, this.metrics));
  }
}
