import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { LeaderTasks } from '../../kernel/tasks/leader-tasks.js';
import { MaintenanceModule } from '../maintenance/index.js';
import type { Collector } from './collector/collector.js';
import { CollectorMetrics } from './collector/collector-metrics.js';
import { CollectorTask } from './collector/collector.task.js';
import { ServerMetrics } from './export/server-metrics.js';
import { RequestKeeper } from './requests/request-keeper.js';
import { RouteMinutesCollector } from './requests/route-minutes.collector.js';

/** What hurts, and what has helped. */
@Module({ imports: [MaintenanceModule], providers: [CollectorMetrics, RequestKeeper, ServerMetrics] })
export class MonitoringModule implements OnApplicationBootstrap {
  constructor(
    private readonly tasks: LeaderTasks,
    private readonly metrics: CollectorMetrics,
  ) {}

  onApplicationBootstrap(): void {
    const collectors: readonly Collector[] = [new RouteMinutesCollector()];
    this.tasks.start(new CollectorTask(collectors, this.metrics));
  }
}
