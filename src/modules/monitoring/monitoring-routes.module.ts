import { Module } from '@nestjs/common';
import { MonitoringModule } from './monitoring.module.js';

/** What administrators see of monitoring over HTTP. */
@Module({ imports: [MonitoringModule], controllers: [] })
export class MonitoringRoutesModule {}
