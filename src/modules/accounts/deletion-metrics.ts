import { Injectable } from '@nestjs/common';
import { Metrics, type Counter } from '../../kernel/telemetry/metrics.js';
import { DeletionsReadModel } from './deletions.read-model.js';

/** How much is to be removed, whoever does it, and what this process has removed. */
@Injectable()
export class DeletionMetrics {
  private readonly attempts: Counter<never>;

  constructor(metrics: Metrics, reads: DeletionsReadModel) {
    this.attempts = metrics.counter({
      name: 'ethhook_deletion_attempts_removed_total',
      help: 'Attempts of deleted endpoints that were removed.',
    });
    metrics.observedGauge(
      { name: 'ethhook_deletions_pending', help: 'Deletions that are not finished.' },
      async () => {
        const unfinished = await reads.unfinished().catch(() => null);
        return unfinished === null ? [] : [{ labels: {}, value: unfinished }];
      },
    );
  }

  removed(attempts: number): void {
    this.attempts.increment({}, attempts);
  }
}
