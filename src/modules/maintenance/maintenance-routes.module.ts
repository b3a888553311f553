import { Module } from '@nestjs/common';
import { MaintenanceModule } from './maintenance.module.js';
import { JobsController } from './runs/jobs.controller.js';
import { RunStreams } from './runs/run-streams.js';
import { RunsController } from './runs/runs.controller.js';

/** What administrators see of maintenance over HTTP. */
@Module({
  imports: [MaintenanceModule],
  controllers: [JobsController, RunsController],
  providers: [RunStreams],
})
export class MaintenanceRoutesModule {}
