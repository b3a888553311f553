import { Module } from '@nestjs/common';
import { MonitoringModule } from './monitoring.module.js';
import { RequestsController } from './requests/requests.controller.js';
import { TenantsController } from './tenants/tenants.controller.js';

/** What administrators see of monitoring over HTTP. */
@Module({ imports: [MonitoringModule], controllers: [RequestsController, TenantsController] })
export class MonitoringRoutesModule {}
