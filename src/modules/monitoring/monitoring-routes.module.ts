import { Module } from '@nestjs/common';
import { MonitoringModule } from './monitoring.module.js';
import { ScorecardController } from './scorecard/scorecard.controller.js';
import { TimelineController } from './timeline/timeline.controller.js';

/** What administrators see of monitoring over HTTP. */
@Module({ imports: [MonitoringModule], controllers: [ScorecardController, TimelineController] })
export class MonitoringRoutesModule {}
