import { Module } from '@nestjs/common';
import { MonitoringModule } from './monitoring.module.js';
import { ScorecardController } from './scorecard/scorecard.controller.js';
import { StatementsController } from './statements/statements.controller.js';
import { TimelineController } from './timeline/timeline.controller.js';

/** What administrators see of monitoring over HTTP. */
@Module({
  imports: [MonitoringModule],
  controllers: [ScorecardController, StatementsController, TimelineController],
})
export class MonitoringRoutesModule {}
