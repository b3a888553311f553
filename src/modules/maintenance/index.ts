export { MaintenanceModule } from './maintenance.module.js';
export { MaintenanceRoutesModule } from './maintenance-routes.module.js';
export type { JobDto } from './runs/dto/job.dto.js';
export { runStates, type RunDetailsDto, type RunDto } from './runs/dto/run.dto.js';
export { JobsService } from './runs/jobs.service.js';
export { Operations } from './runs/operations.service.js';
export { RunsService } from './runs/runs.service.js';
export { TuneAutovacuumJob } from './autovacuum/tune-autovacuum.job.js';
