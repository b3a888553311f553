import { createHistogram } from 'node:perf_hooks';
import type { Written } from './writer-connection.js';

export interface LatencyMs {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** What became of the writes. Rows count when they are acknowledged. */
export class Tally {
  events = 0;
  attempts = 0;
  /** Of the attempts, those numbered 2 and up. */
  retries = 0;
  updates = 0;
  unknown = 0;
  readonly failed: Record<string, number> = {};
  /** HDR histogram of microseconds, three figures. */
  private readonly latency = createHistogram({ figures: 3 });

  count(written: Written): void {
    if (written.kind === 'unknown') this.unknown++;
    else if (written.kind === 'failed')
      this.failed[written.sqlState] = (this.failed[written.sqlState] ?? 0) + 1;
    else this.latency.record(Math.max(1, Math.round(written.latencyMs * 1000)));
  }

  latencyMs(): LatencyMs {
    if (this.latency.count === 0) return { p50: 0, p95: 0, p99: 0, max: 0 };
    const at = (percentile: number) => this.latency.percentile(percentile) / 1000;
    return { p50: at(50), p95: at(95), p99: at(99), max: this.latency.max / 1000 };
  }
}
