import { Injectable } from '@nestjs/common';
import { Metrics, type Counter } from '../../kernel/telemetry/metrics.js';
import { FoldStatus, lagSeconds } from './fold-status.js';
import type { FoldStatusRow } from './queries/read-fold-status.sql.js';

/** What this process has folded and audited, and how far the rollups are, whoever folds. */
@Injectable()
export class RollupMetrics {
  private readonly changes: Counter<never>;
  private readonly seconds: Counter<never>;
  private readonly audited: Counter<never>;
  private readonly drifted: Counter<never>;

  constructor(metrics: Metrics, fold: FoldStatus) {
    const counter = (name: string, help: string) => metrics.counter({ name, help });
    this.changes = counter('ethhook_fold_changes_total', 'Attempts and versions taken into the rollups.');
    this.seconds = counter('ethhook_fold_seconds_total', 'Time that the steps of the fold took.');
    this.audited = counter('ethhook_audit_rows_total', 'Rollup rows that were counted anew.');
    this.drifted = counter('ethhook_audit_drifted_total', 'Those that were wrong.');
    const gauge = (name: string, help: string, value: (status: FoldStatusRow) => number) =>
      metrics.observedGauge({ name, help }, async () => {
        const status = await fold.read().catch(() => null);
        return status === null ? [] : [{ labels: {}, value: value(status) }];
      });
    gauge('ethhook_fold_lag_seconds', 'The age of the oldest row in no rollup, at most.', lagSeconds);
    gauge('ethhook_fold_tail_rows', 'Rows that are in no rollup yet.', ({ tailRows }) => tailRows);
    gauge('ethhook_rebuilds_pending', 'Parts of tenants to be counted anew.', ({ rebuilds }) => rebuilds);
  }

  folded(changes: number, seconds: number): void {
    this.changes.increment({}, changes);
    this.seconds.increment({}, seconds);
  }

  auditedRows(rows: number, drifted: number): void {
    this.audited.increment({}, rows);
    this.drifted.increment({}, drifted);
  }
}
