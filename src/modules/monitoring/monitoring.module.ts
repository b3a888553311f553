import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../kernel/config/config.js';
import { DedicatedSessions } from '../../kernel/database/dedicated-session.js';
import { LeaderTasks } from '../../kernel/tasks/leader-tasks.js';
import { MaintenanceModule } from '../maintenance/index.js';
import { ActivityCollector } from './activity/activity.collector.js';
import { ActivityService } from './activity/activity.service.js';
import { ReplicasReads } from './activity/replicas.reads.js';
import { SessionsService } from './activity/sessions.service.js';
import { TrendsService } from './activity/trends.service.js';
import type { Collector } from './collector/collector.js';
import { CollectorMetrics } from './collector/collector-metrics.js';
import { CollectorTask } from './collector/collector.task.js';

const replicasReads = {
  provide: ReplicasReads,
  inject: [DedicatedSessions, APP_CONFIG],
  useFactory: (sessions: DedicatedSessions, { database }: AppConfig) =>
    new ReplicasReads(sessions, database.replicaUrls),
};

const services = [ActivityService, SessionsService, TrendsService];

/** What hurts, and what has helped. */
@Module({
  imports: [MaintenanceModule],
  providers: [CollectorMetrics, replicasReads, ...services],
  exports: services,
})
export class MonitoringModule implements OnApplicationBootstrap {
  constructor(
    private readonly tasks: LeaderTasks,
    private readonly metrics: CollectorMetrics,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    const collectors: readonly Collector[] = [new ActivityCollector(this.config.advisor)];
    this.tasks.start(new CollectorTask(collectors, this.metrics));
  }
}
