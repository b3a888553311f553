import { Injectable } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import { Metrics, type Counter } from '../../kernel/telemetry/metrics.js';
import { FoldStatusReads } from './fold-status.reads.js';
import type { FoldStatusRow } from './queries/read-fold-status.sql.js';

/** The gauges of one scrape come from one look at the database, and who scrapes in a loop gets the last one. */
const FRESH_MS = 100;

/** What this process has folded and audited, and how far the rollups are, whoever folds. */
@Injectable()
export class RollupMetrics {
  private readonly changes: Counter<never>;
  private readonly seconds: Counter<never>;
  private readonly audited: Counter<never>;
  private readonly drifted: Counter<never>;
  private readonly reads: FoldStatusReads;
  private last: { at: number; status: Promise<FoldStatusRow | null> } | null = null;

  constructor(metrics: Metrics, database: Database) {
    this.reads = new FoldStatusReads(database.background);
    const counter = (name: string, help: string) => metrics.counter({ name, help });
    this.changes = counter('ethhook_fold_changes_total', 'Attempts and versions taken into the rollups.');
    this.seconds = counter('ethhook_fold_seconds_total', 'Time that the steps of the fold took.');
    this.audited = counter('ethhook_audit_rows_total', 'Rollup rows that were counted anew.');
    this.drifted = counter('ethhook_audit_drifted_total', 'Those that were wrong.');
    const gauge = (name: string, help: string, value: (status: FoldStatusRow) => number) =>
      metrics.observedGauge({ name, help }, async () => {
        const status = await this.status();
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

  /** null: the database is away, and nothing is known. */
  private status(): Promise<FoldStatusRow | null> {
    const now = performance.now();
    if (this.last === null || now - this.last.at > FRESH_MS)
      this.last = { at: now, status: this.reads.read().catch(() => null) };
    return this.last.status;
  }
}

const lagSeconds = ({ tailRows, sinceFoldSeconds, isRebasing }: FoldStatusRow) =>
  tailRows === 0 && !isRebasing ? 0 : sinceFoldSeconds;
