import { Module } from '@nestjs/common';
import { ActivityController } from './activity/activity.controller.js';
import { SessionsController } from './activity/sessions.controller.js';
import { MonitoringModule } from './monitoring.module.js';

/** What administrators see of monitoring over HTTP. */
@Module({ imports: [MonitoringModule], controllers: [ActivityController, SessionsController] })
export class MonitoringRoutesModule {}
