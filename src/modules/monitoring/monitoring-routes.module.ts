import { Module } from '@nestjs/common';
import { ActivityController } from './activity/activity.controller.js';
import { SessionsController } from './activity/sessions.controller.js';
import { AlertsController } from './checks/alerts/alerts.controller.js';
import { ChecksController } from './checks/checks.controller.js';
import { FindingsController } from './checks/findings/findings.controller.js';
import { ReportsController } from './checks/reports/reports.controller.js';
import { MonitoringModule } from './monitoring.module.js';
import { RequestsController } from './requests/requests.controller.js';
import { TenantsController } from './tenants/tenants.controller.js';

/** What administrators see of monitoring over HTTP. */
@Module({
  imports: [MonitoringModule],
  controllers: [
    ActivityController,
    AlertsController,
    ChecksController,
    FindingsController,
    ReportsController,
    SessionsController,
  ],
})
export class MonitoringRoutesModule {}
