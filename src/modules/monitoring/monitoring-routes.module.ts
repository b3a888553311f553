import { Module } from '@nestjs/common';
import { MonitoringModule } from './monitoring.module.js';
import { StatementsController } from './statements/statements.controller.js';

/** What administrators see of monitoring over HTTP. */
@Module({ imports: [MonitoringModule], controllers: [StatementsController] })
export class MonitoringRoutesModule {}
