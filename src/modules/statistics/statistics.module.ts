import { Module } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../kernel/config/config.js';
import type { QueryRunner } from '../../kernel/database/database.js';
import { Reads } from '../../kernel/database/replicas/reads.js';
import { Shadow } from '../../kernel/shadow/shadow.js';
import { AccountsModule } from '../accounts/index.js';
import { EventsModule } from '../events/index.js';
import { ApplicationStatisticsController } from './application-statistics.controller.js';
import { ApplicationStatisticsService } from './application-statistics.service.js';
import { EndpointStatisticsController } from './endpoint-statistics.controller.js';
import { EndpointStatisticsService } from './endpoint-statistics.service.js';
import { FoldHealth } from './fold-health.js';
import { FoldStatus } from './fold-status.js';
import { LiveStatisticsReads } from './live-statistics.reads.js';
import { OriginalStatisticsReads } from './original-statistics.reads.js';
import { RollupMetrics } from './rollup-metrics.js';
import { ShadowStatisticsReads } from './shadow-statistics.reads.js';
import { StatisticsController } from './statistics.controller.js';
import { StatisticsReads } from './statistics.reads.js';
import { StatisticsService } from './statistics.service.js';
import { StatsStreams } from './stats-streams.js';
import { StatisticsTasks } from './tasks/statistics-tasks.js';

@Module({
  imports: [AccountsModule, EventsModule],
  controllers: [StatisticsController, ApplicationStatisticsController, EndpointStatisticsController],
  providers: [
    { provide: StatisticsReads, inject: [Reads, Shadow, APP_CONFIG], useFactory: chooseReads },
    StatisticsService,
    ApplicationStatisticsService,
    EndpointStatisticsService,
    FoldHealth,
    FoldStatus,
    RollupMetrics,
    StatsStreams,
    StatisticsTasks,
  ],
})
export class StatisticsModule {}

function chooseReads(reads: Reads, shadow: Shadow, { statistics }: AppConfig): StatisticsReads {
  const original = (runner: QueryRunner) => new OriginalStatisticsReads(runner);
  if (statistics.reads === 'original') return original(reads);
  const live = (runner: QueryRunner) =>
    new LiveStatisticsReads(runner, statistics.maxTailRows, original(runner));
  if (statistics.shadowPercent === 0) return live(reads);
  return new ShadowStatisticsReads(live(reads), shadow, { live, original });
}
