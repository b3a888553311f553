export { MaintenanceModule } from './maintenance.module.js';
export { TuneAutovacuumJob } from './autovacuum/tune-autovacuum.job.js';
