import { Injectable } from '@nestjs/common';
import { Metrics, type Counter } from '../../../kernel/telemetry/metrics.js';

/** What watching costs. */
@Injectable()
export class CollectorMetrics {
  private readonly seconds: Counter<'collector'>;
  private readonly runs: Counter<'collector'>;
  private readonly failures: Counter<'collector'>;

  constructor(metrics: Metrics) {
    const labels = ['collector'] as const;
    this.seconds = metrics.counter({
      name: 'ethhook_monitoring_collect_seconds_total',
      help: 'Time that collectors have taken, mostly of the database.',
      labels,
    });
    this.runs = metrics.counter({
      name: 'ethhook_monitoring_collections_total',
      help: 'Turns of collectors that ended well.',
      labels,
    });
    this.failures = metrics.counter({
      name: 'ethhook_monitoring_collect_failures_total',
      help: 'Turns of collectors that failed.',
      labels,
    });
  }

  collected(collector: string, ms: number): void {
    this.seconds.increment({ collector }, ms / 1000);
    this.runs.increment({ collector });
  }

  failed(collector: string): void {
    this.failures.increment({ collector });
  }
}
