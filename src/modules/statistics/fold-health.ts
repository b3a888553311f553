import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../kernel/config/config.js';
import { HealthComponents, type ComponentHealth } from '../../kernel/health/health-components.js';
import { FoldStatus, lagSeconds } from './fold-status.js';

/** The fold comes once a second or more often. */
const MAX_LAG_SECONDS = 10;
const FRESH_MS = 1000;

/** Never down by its lag: reads add what is not folded, and say so where that is too much. */
@Injectable()
export class FoldHealth implements OnModuleInit {
  constructor(
    private readonly status: FoldStatus,
    private readonly components: HealthComponents,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    this.components.register({
      name: 'statistics_fold',
      whenSilent: { status: 'degraded', details: { message: 'not known now' } },
      freshMs: FRESH_MS,
      look: () => this.look(),
    });
  }

  private async look(): Promise<ComponentHealth> {
    const status = await this.status.read();
    const { maxTailRows, reads } = this.config.statistics;
    const lag = Math.round(lagSeconds(status) * 100) / 100;
    const isBehind = lag > MAX_LAG_SECONDS || status.tailRows > maxTailRows;
    return {
      status: isBehind && reads === 'live' ? 'degraded' : 'up',
      details: {
        lag_seconds: lag,
        unfolded_rows: status.tailRows,
        rebuilds_pending: status.rebuilds,
        reads: reads === 'live' && status.tailRows > maxTailRows ? 'of the last fold' : 'exact',
      },
    };
  }
}
