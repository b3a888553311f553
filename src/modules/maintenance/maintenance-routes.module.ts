import { Module } from '@nestjs/common';
import { AutovacuumController } from './autovacuum/autovacuum.controller.js';
import { BloatController } from './bloat/bloat.controller.js';
import { ConfigurationController } from './configuration/configuration.controller.js';
import { IndexesController } from './indexes/indexes.controller.js';
import { MaintenanceModule } from './maintenance.module.js';
import { RetentionController } from './retention/retention.controller.js';
import { JobsController } from './runs/jobs.controller.js';
import { RunStreams } from './runs/run-streams.js';
import { RunsController } from './runs/runs.controller.js';

/** What administrators see of maintenance over HTTP. */
@Module({
  imports: [MaintenanceModule],
  controllers: [
    AutovacuumController,
    BloatController,
    ConfigurationController,
    IndexesController,
    JobsController,
    RetentionController,
    RunsController,
  ],
  providers: [RunStreams],
})
export class MaintenanceRoutesModule {}
