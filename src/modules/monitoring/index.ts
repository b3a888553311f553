export { allChecks, type CheckDependencies } from './all-checks.js';
export { MonitoringModule } from './monitoring.module.js';
export { MonitoringRoutesModule } from './monitoring-routes.module.js';
