import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Cursors } from '../../kernel/http/cursor.js';
import { LeaderTasks } from '../../kernel/tasks/leader-tasks.js';
import { MaintenanceModule } from '../maintenance/index.js';
import type { Collector } from './collector/collector.js';
import { CollectorMetrics } from './collector/collector-metrics.js';
import { CollectorTask } from './collector/collector.task.js';
import { RequestKeeper } from './requests/request-keeper.js';
import { RouteMinutesCollector } from './requests/route-minutes.collector.js';
import { ScorecardCollector } from './scorecard/scorecard.collector.js';
import { ScorecardService } from './scorecard/scorecard.service.js';
import { PlansCollector } from './statements/plans.collector.js';
import { StatementErrorsFlush } from './statements/statement-errors.flush.js';
import { StatementsCollector } from './statements/statements.collector.js';
import { StatementsService } from './statements/statements.service.js';
import { DeploymentMarker } from './timeline/deployment-marker.js';
import { EffectService } from './timeline/effect.service.js';
import { SettingsCollector } from './timeline/settings.collector.js';
import { TimelineService } from './timeline/timeline.service.js';

const services = [EffectService, ScorecardService, StatementsService, TimelineService];

/** What hurts, and what has helped. */
@Module({
  imports: [MaintenanceModule],
  providers: [CollectorMetrics, Cursors, DeploymentMarker, RequestKeeper, StatementErrorsFlush, ...services],
  exports: services,
})
export class MonitoringModule implements OnApplicationBootstrap {
  constructor(
    private readonly tasks: LeaderTasks,
    private readonly metrics: CollectorMetrics,
  ) {}

  onApplicationBootstrap(): void {
    const collectors: readonly Collector[] = [
      new PlansCollector(),
      new RouteMinutesCollector(),
      new ScorecardCollector(),
      new SettingsCollector(),
      new StatementsCollector(),
    ];
    this.tasks.start(new CollectorTask(collectors, this.metrics));
  }
}
