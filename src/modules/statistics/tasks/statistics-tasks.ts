import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../kernel/config/config.js';
import { LeaderTasks } from '../../../kernel/tasks/leader-tasks.js';
import { RollupMetrics } from '../rollup-metrics.js';
import { AuditTask } from './audit.task.js';
import { FoldTask } from './fold.task.js';

/** Starts what keeps the rollups true. */
@Injectable()
export class StatisticsTasks implements OnApplicationBootstrap {
  constructor(
    private readonly tasks: LeaderTasks,
    private readonly metrics: RollupMetrics,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    const { foldEnabled, foldIntervalMs, auditIntervalSeconds } = this.config.statistics;
    if (foldEnabled) this.tasks.start(new FoldTask(foldIntervalMs, this.metrics));
    if (auditIntervalSeconds > 0) this.tasks.start(new AuditTask(auditIntervalSeconds, this.metrics));
  }
}
