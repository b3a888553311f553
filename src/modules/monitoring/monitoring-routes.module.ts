import { Module } from '@nestjs/common';
import { MonitoringModule } from './monitoring.module.js';
import { IndexUsageController } from './objects/indexes.controller.js';
import { StorageController } from './objects/storage.controller.js';
import { TablesController } from './objects/tables.controller.js';

/** What administrators see of monitoring over HTTP. */
@Module({
  imports: [MonitoringModule],
  controllers: [IndexUsageController, StorageController, TablesController],
})
export class MonitoringRoutesModule {}
