import { Inject, Module, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../kernel/config/config.js';
import { Cursors } from '../../kernel/http/cursor.js';
import { Jobs } from '../../kernel/tasks/jobs.js';
import { LeaderTasks } from '../../kernel/tasks/leader-tasks.js';
import { MaintenanceModule } from '../maintenance/index.js';
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
import { RequestKeeper } from './requests/request-keeper.js';
import { RequestsService } from './requests/requests.service.js';
import { RouteMinutesCollector } from './requests/route-minutes.collector.js';
import { TenantsService } from './tenants/tenants.service.js';

const services = [RequestsService, TenantsService];

const services = [AlertsService, ChecksService, FindingsService, ReportsService];

/** What hurts, and what has helped. */
@Module({
  imports: [MaintenanceModule],
  providers: [
    {
      provide: CheckSet,
      inject: [APP_CONFIG],
      useFactory: (config: AppConfig) => new CheckSet(allChecks({ config })),
    },
    CollectorMetrics,
    Cursors,
    {
      provide: Evaluator,
      inject: [APP_CONFIG],
      useFactory: ({ alerts }: AppConfig) =>
        new Evaluator(alerts.webhook === null ? null : alerts.minSeverity),
    },
    FindingMetrics,
    ReportBuilder,
    RequestKeeper,
    ServerMetrics,
    ...services,
  ],
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
    const collectors: readonly Collector[] = [new ChecksCollector(this.checks.checks, this.evaluator)];
    this.tasks.start(new CollectorTask(collectors, this.metrics));
    const { webhook } = this.config.alerts;
    if (webhook !== null) this.tasks.start(new AlertsTask(webhook));
  }
}
