import { Inject, Module, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../kernel/config/config.js';
import { Database } from '../../kernel/database/database.js';
import { DedicatedSessions } from '../../kernel/database/dedicated-session.js';
import { Cursors } from '../../kernel/http/cursor.js';
import { Jobs } from '../../kernel/tasks/jobs.js';
import { LeaderTasks } from '../../kernel/tasks/leader-tasks.js';
import { BloatService, IndexEvidenceService, MaintenanceModule } from '../maintenance/index.js';
import { ActivityCollector } from './activity/activity.collector.js';
import { ActivityService } from './activity/activity.service.js';
import { ReplicasReads } from './activity/replicas.reads.js';
import { SessionsService } from './activity/sessions.service.js';
import { TrendsService } from './activity/trends.service.js';
import { allChecks } from './all-checks.js';
import { AlertsService } from './checks/alerts/alerts.service.js';
import { AlertsTask } from './checks/alerts/alerts.task.js';
import { CheckSet } from './checks/check-set.js';
import { ChecksCollector } from './checks/checks.collector.js';
import { ChecksService } from './checks/checks.service.js';
import { Evaluator } from './checks/evaluator.js';
import { FindingsService } from './checks/findings/findings.service.js';
import { ChecklistJob } from './checks/reports/checklist.job.js';
import { ReportBuilder } from './checks/reports/report-builder.js';
import { ReportsService } from './checks/reports/reports.service.js';
import type { Collector } from './collector/collector.js';
import { CollectorMetrics } from './collector/collector-metrics.js';
import { CollectorTask } from './collector/collector.task.js';
import { FindingMetrics } from './export/finding-metrics.js';
import { ServerMetrics } from './export/server-metrics.js';
import { IndexUsageService } from './objects/index-usage.service.js';
import { ObjectsCollector } from './objects/objects.collector.js';
import { StorageService } from './objects/storage.service.js';
import { TablesService } from './objects/tables.service.js';
import { RequestKeeper } from './requests/request-keeper.js';
import { RequestsService } from './requests/requests.service.js';
import { RouteMinutesCollector } from './requests/route-minutes.collector.js';
import { ScorecardCollector } from './scorecard/scorecard.collector.js';
import { ScorecardService } from './scorecard/scorecard.service.js';
import { PlansCollector } from './statements/plans.collector.js';
import { StatementErrorsFlush } from './statements/statement-errors.flush.js';
import { StatementsCollector } from './statements/statements.collector.js';
import { StatementsService } from './statements/statements.service.js';
import { TenantsService } from './tenants/tenants.service.js';
import { DeploymentMarker } from './timeline/deployment-marker.js';
import { EffectService } from './timeline/effect.service.js';
import { SettingsCollector } from './timeline/settings.collector.js';
import { TimelineService } from './timeline/timeline.service.js';

const replicasReads = {
  provide: ReplicasReads,
  inject: [DedicatedSessions, APP_CONFIG],
  useFactory: (sessions: DedicatedSessions, { database }: AppConfig) =>
    new ReplicasReads(sessions, database.replicaUrls),
};

const checkSet = {
  provide: CheckSet,
  inject: [APP_CONFIG, Database, BloatService, IndexEvidenceService, ReplicasReads],
  useFactory: (
    config: AppConfig,
    database: Database,
    bloat: BloatService,
    evidence: IndexEvidenceService,
    replicas: ReplicasReads,
  ) => new CheckSet(allChecks({ config, database, bloat, evidence, replicas })),
};

const evaluator = {
  provide: Evaluator,
  inject: [APP_CONFIG],
  useFactory: ({ alerts }: AppConfig) => new Evaluator(alerts.webhook === null ? null : alerts.minSeverity),
};

/** What each instance keeps and exports for itself. */
const ofEachInstance = [
  CollectorMetrics,
  DeploymentMarker,
  FindingMetrics,
  RequestKeeper,
  ServerMetrics,
  StatementErrorsFlush,
];

const services = [
  ActivityService,
  AlertsService,
  ChecksService,
  EffectService,
  FindingsService,
  IndexUsageService,
  ReportsService,
  RequestsService,
  ScorecardService,
  SessionsService,
  StatementsService,
  StorageService,
  TablesService,
  TenantsService,
  TimelineService,
  TrendsService,
];

/** What hurts, and what has helped. */
@Module({
  imports: [MaintenanceModule],
  providers: [checkSet, Cursors, evaluator, replicasReads, ReportBuilder, ...ofEachInstance, ...services],
  exports: services,
})
export class MonitoringModule implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly tasks: LeaderTasks,
    private readonly jobs: Jobs,
    private readonly metrics: CollectorMetrics,
    private readonly checks: CheckSet,
    private readonly evaluator: Evaluator,
    private readonly reports: ReportBuilder,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    for (const cadence of ['daily', 'weekly'] as const)
      this.jobs.register(new ChecklistJob(cadence, this.checks, this.evaluator, this.reports));
  }

  onApplicationBootstrap(): void {
    // What looks comes before what is made of it.
    const collectors: readonly Collector[] = [
      new ActivityCollector(this.config.advisor),
      new SettingsCollector(),
      new StatementsCollector(),
      new ObjectsCollector(),
      new RouteMinutesCollector(),
      new PlansCollector(),
      new ScorecardCollector(),
      new ChecksCollector(this.checks.checks, this.evaluator),
    ];
    this.tasks.start(new CollectorTask(collectors, this.metrics));
    const { webhook } = this.config.alerts;
    if (webhook !== null) this.tasks.start(new AlertsTask(webhook));
  }
}
