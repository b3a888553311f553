export { MonitoringModule } from './monitoring.module.js';
export { MonitoringRoutesModule } from './monitoring-routes.module.js';
