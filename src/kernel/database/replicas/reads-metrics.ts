import { Injectable } from '@nestjs/common';
import { Metrics, type Counter } from '../../telemetry/metrics.js';
import type { ReadsLog } from './reads.js';
import { Replicas } from './replicas.js';

/** Where reads were answered, and how the replicas are. */
@Injectable()
export class ReadsMetrics implements ReadsLog {
  private readonly answered: Counter<'node'>;
  private readonly failed: Counter<'replica'>;

  constructor(metrics: Metrics, replicas: Replicas) {
    this.answered = metrics.counter({
      name: 'ethhook_reads_total',
      help: 'Statements of requests that may be answered by a replica, by who answered; 0 without replicas.',
      labels: ['node'],
    });
    this.failed = metrics.counter({
      name: 'ethhook_replica_retries_total',
      help: 'Statements that a replica failed, and that the primary was asked then.',
      labels: ['replica'],
    });
    metrics.observedGauge(
      { name: 'ethhook_replica_usable', help: '1 while the replica is read from.', labels: ['replica'] },
      () =>
        replicas.all.map(({ name, isUsable }) => ({ labels: { replica: name }, value: Number(isUsable) })),
    );
    metrics.observedGauge(
      {
        name: 'ethhook_replica_lag_seconds',
        help: 'The age of the newest moment of the primary that the replica is known to have.',
        labels: ['replica'],
      },
      () =>
        replicas.all.flatMap(({ name, lagMs }) =>
          lagMs === null ? [] : [{ labels: { replica: name }, value: lagMs / 1000 }],
        ),
    );
  }

  answeredBy(node: string): void {
    this.answered.increment({ node });
  }

  retried(replica: string): void {
    this.failed.increment({ replica });
  }
}
