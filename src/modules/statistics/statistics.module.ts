import { Module } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import { AccountsModule } from '../accounts/index.js';
import { ApplicationStatisticsController } from './application-statistics.controller.js';
import { ApplicationStatisticsService } from './application-statistics.service.js';
import { EndpointStatisticsController } from './endpoint-statistics.controller.js';
import { EndpointStatisticsService } from './endpoint-statistics.service.js';
import { OriginalStatisticsReads } from './original-statistics.reads.js';
import { StatisticsController } from './statistics.controller.js';
import { StatisticsReads } from './statistics.reads.js';
import { StatisticsService } from './statistics.service.js';

@Module({
  imports: [AccountsModule],
  controllers: [StatisticsController, ApplicationStatisticsController, EndpointStatisticsController],
  providers: [
    {
      provide: StatisticsReads,
      inject: [Database],
      useFactory: (database: Database) => new OriginalStatisticsReads(database),
    },
    StatisticsService,
    ApplicationStatisticsService,
    EndpointStatisticsService,
  ],
})
export class StatisticsModule {}
