import { Module } from '@nestjs/common';
import { AlertsController } from './checks/alerts/alerts.controller.js';
import { ChecksController } from './checks/checks.controller.js';
import { FindingsController } from './checks/findings/findings.controller.js';
import { ReportsController } from './checks/reports/reports.controller.js';
import { MonitoringModule } from './monitoring.module.js';

/** What administrators see of monitoring over HTTP. */
@Module({
  imports: [MonitoringModule],
  controllers: [AlertsController, ChecksController, FindingsController, ReportsController],
})
export class MonitoringRoutesModule {}
