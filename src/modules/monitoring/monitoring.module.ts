import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { LeaderTasks } from '../../kernel/tasks/leader-tasks.js';
import { MaintenanceModule } from '../maintenance/index.js';
import type { Collector } from './collector/collector.js';
import { CollectorMetrics } from './collector/collector-metrics.js';
import { CollectorTask } from './collector/collector.task.js';
import { RequestKeeper } from './requests/request-keeper.js';
import { RequestsService } from './requests/requests.service.js';
import { RouteMinutesCollector } from './requests/route-minutes.collector.js';
import { TenantsService } from './tenants/tenants.service.js';

const services = [RequestsService, TenantsService];

/** What hurts, and what has helped. */
@Module({
  imports: [MaintenanceModule],
  providers: [CollectorMetrics, RequestKeeper, ...services],
  exports: services,
})
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
