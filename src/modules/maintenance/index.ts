export { MaintenanceModule } from './maintenance.module.js';
export { MaintenanceRoutesModule } from './maintenance-routes.module.js';
