import type { HistogramSample, Metrics } from '../metrics.js';
import type { RecordedRequest } from './request-minute.js';

const BUCKETS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2000, 5000, 10_000, 30_000];

interface Series extends HistogramSample<'route' | 'method' | 'status'> {
  readonly counts: number[];
  sum: number;
}

/** All requests since the start, for Prometheus. Routes and methods come from the code, and so are bounded. */
export class RequestDurations {
  private readonly series = new Map<string, Series>();

  constructor(metrics: Metrics) {
    metrics.observedHistogram(
      {
        name: 'ethhook_http_request_duration_seconds',
        help: 'How long requests took, by route template, method and class of status; streams until they began.',
        labels: ['route', 'method', 'status'],
        buckets: BUCKETS_MS.map((ms) => ms / 1000),
      },
      () => [...this.series.values()],
    );
  }

  add({ route, method, status }: RecordedRequest, ms: number): void {
    const family = Math.floor(status / 100);
    const key = `${family}${method}${route}`;
    let series = this.series.get(key);
    if (series === undefined) {
      const counts = Array.from({ length: BUCKETS_MS.length + 1 }, () => 0);
      series = { labels: { route, method, status: `${family}xx` }, counts, sum: 0 };
      this.series.set(key, series);
    }
    let bucket = 0;
    while (bucket < BUCKETS_MS.length && ms > (BUCKETS_MS[bucket] ?? 0)) bucket++;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += ms / 1000;
  }
}
