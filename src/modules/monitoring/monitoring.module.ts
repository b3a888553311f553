import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { LeaderTasks } from '../../kernel/tasks/leader-tasks.js';
import { MaintenanceModule } from '../maintenance/index.js';
import type { Collector } from './collector/collector.js';
import { CollectorMetrics } from './collector/collector-metrics.js';
import { CollectorTask } from './collector/collector.task.js';
import { PlansCollector } from './statements/plans.collector.js';
import { StatementErrorsFlush } from './statements/statement-errors.flush.js';
import { StatementsCollector } from './statements/statements.collector.js';
import { StatementsService } from './statements/statements.service.js';

/** What hurts, and what has helped. */
@Module({
  imports: [MaintenanceModule],
  providers: [CollectorMetrics, StatementErrorsFlush, StatementsService],
  exports: [StatementsService],
})
export class MonitoringModule implements OnApplicationBootstrap {
  constructor(
    private readonly tasks: LeaderTasks,
    private readonly metrics: CollectorMetrics,
  ) {}

  onApplicationBootstrap(): void {
    const collectors: readonly Collector[] = [new PlansCollector(), new StatementsCollector()];
    this.tasks.start(new CollectorTask(collectors, this.metrics));
  }
}
