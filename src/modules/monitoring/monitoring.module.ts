import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { LeaderTasks } from '../../kernel/tasks/leader-tasks.js';
import { MaintenanceModule } from '../maintenance/index.js';
import type { Collector } from './collector/collector.js';
import { CollectorMetrics } from './collector/collector-metrics.js';
import { CollectorTask } from './collector/collector.task.js';
import { IndexUsageService } from './objects/index-usage.service.js';
import { ObjectsCollector } from './objects/objects.collector.js';
import { StorageService } from './objects/storage.service.js';
import { TablesService } from './objects/tables.service.js';

const services = [IndexUsageService, StorageService, TablesService];

/** What hurts, and what has helped. */
@Module({ imports: [MaintenanceModule], providers: [CollectorMetrics, ...services], exports: services })
export class MonitoringModule implements OnApplicationBootstrap {
  constructor(
    private readonly tasks: LeaderTasks,
    private readonly metrics: CollectorMetrics,
  ) {}

  onApplicationBootstrap(): void {
    const collectors: readonly Collector[] = [new ObjectsCollector()];
    this.tasks.start(new CollectorTask(collectors, this.metrics));
  }
}
