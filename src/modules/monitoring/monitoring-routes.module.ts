import { Module } from '@nestjs/common';
import { ActivityController } from './activity/activity.controller.js';
import { SessionsController } from './activity/sessions.controller.js';
import { AlertsController } from './checks/alerts/alerts.controller.js';
import { ChecksController } from './checks/checks.controller.js';
import { FindingsController } from './checks/findings/findings.controller.js';
import { ReportsController } from './checks/reports/reports.controller.js';
import { MonitoringModule } from './monitoring.module.js';
import { IndexUsageController } from './objects/indexes.controller.js';
import { StorageController } from './objects/storage.controller.js';
import { TablesController } from './objects/tables.controller.js';
import { RequestsController } from './requests/requests.controller.js';
import { ScorecardController } from './scorecard/scorecard.controller.js';
import { StatementsController } from './statements/statements.controller.js';
import { TenantsController } from './tenants/tenants.controller.js';
import { TimelineController } from './timeline/timeline.controller.js';

/** What administrators see of monitoring over HTTP. */
@Module({
  imports: [MonitoringModule],
  controllers: [
    ActivityController,
    AlertsController,
    ChecksController,
    FindingsController,
    IndexUsageController,
    ReportsController,
    RequestsController,
    ScorecardController,
    SessionsController,
    StatementsController,
    StorageController,
    TablesController,
    TenantsController,
    TimelineController,
  ],
})
export class MonitoringRoutesModule {}
