import { Injectable } from '@nestjs/common';
import { Database } from '../../../kernel/database/database.js';
import { Metrics } from '../../../kernel/telemetry/metrics.js';
import { SharedLook } from '../../../kernel/telemetry/shared-look.js';
import { ChecksReadModel } from '../checks/checks.read-model.js';

const LOOK_TIMES = { freshMs: 1000, timeoutMs: 1000 };
const SEVERITIES = ['critical', 'warning', 'info'] as const;

/** What is open and not ignored, by severity: 0 is told too, since an alert must see that it is over. */
@Injectable()
export class FindingMetrics {
  constructor(metrics: Metrics, database: Database) {
    const reads = new ChecksReadModel(database.background);
    const look = new SharedLook(() => reads.counts(), LOOK_TIMES);
    metrics.observedGauge(
      {
        name: 'ethhook_monitoring_findings',
        help: 'Findings that are open and not ignored, by severity.',
        labels: ['severity'],
      },
      async () => {
        const counts = await look.get().catch(() => null);
        if (counts === null) return [];
        const open = counts.filter(({ state }) => state === 'open');
        return SEVERITIES.map((severity) => ({
          labels: { severity },
          value: open.filter((row) => row.severity === severity).reduce((sum, { count }) => sum + count, 0),
        }));
      },
    );
  }
}
