import { Injectable } from '@nestjs/common';
import { Metrics, type Counter } from '../telemetry/metrics.js';
import type { Outcome } from './cache-headers.js';
import type { TroubleKind } from './redis-trouble.js';

/** What this process has answered from its cache, and what became of its Redis. */
@Injectable()
export class CacheMetrics {
  /** Counted here: an answer from memory takes some 10 µs, and a labelled counter two of them. */
  private readonly answers: Record<Outcome, number> = { hit: 0, miss: 0, stale: 0, bypass: 0 };
  private readonly troubles: Counter<'kind'>;
  private readonly refreshes: Counter<never>;
  private readonly invalidations: Counter<'reached'>;

  constructor(private readonly metrics: Metrics) {
    metrics.observedCounter(
      {
        name: 'ethhook_cache_answers_total',
        help: 'Answers of cached routes: hit, miss, stale, bypass.',
        labels: ['result'],
      },
      () => Object.entries(this.answers).map(([result, value]) => ({ labels: { result }, value })),
    );
    this.troubles = metrics.counter({
      name: 'ethhook_cache_redis_errors_total',
      help: 'Times that Redis was lost, or not to be had: late, full, refused, connection, other.',
      labels: ['kind'],
    });
    this.refreshes = metrics.counter({
      name: 'ethhook_cache_refresh_errors_total',
      help: 'Reads behind a stale answer that failed.',
    });
    this.invalidations = metrics.counter({
      name: 'ethhook_cache_invalidations_total',
      help: 'Invalidations of this process, by whom they reached: all, self.',
      labels: ['reached'],
    });
  }

  answered(result: Outcome): void {
    this.answers[result]++;
  }

  trouble(kind: TroubleKind): void {
    this.troubles.increment({ kind });
  }

  refreshFailed(): void {
    this.refreshes.increment({});
  }

  invalidated(reachedAll: boolean): void {
    this.invalidations.increment({ reached: reachedAll ? 'all' : 'self' });
  }

  observeMemory(size: () => { entries: number; bytes: number }): void {
    this.gauge('ethhook_cache_entries', 'Answers in memory, 1000 at most.', () => size().entries);
    this.gauge('ethhook_cache_memory_bytes', 'What they take.', () => size().bytes);
  }

  observeRedis(isUp: () => boolean): void {
    this.gauge('ethhook_cache_redis_up', '1: it is in use; 0: the breaker is open.', () => Number(isUp()));
  }

  private gauge(name: string, help: string, value: () => number): void {
    this.metrics.observedGauge({ name, help }, () => [{ labels: {}, value: value() }]);
  }
}
