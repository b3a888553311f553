import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { ObjectsReadModel, type UnindexedKeyRow } from '../objects.read-model.js';
import { columnList, sqlName } from '../names.js';
import { series } from '../series.js';
import { count } from './bounds.js';

export interface ScanBounds {
  watchedHours: number;
  /** Of rows read by scans of the whole table. */
  minRowsPerHour: number;
  minRowsPerScan: number;
}

/** One core reads some million rows a second: the bound is about a hundredth of it. Small tables are best read as a whole. */
export const scanBounds: ScanBounds = {
  watchedHours: 24,
  minRowsPerHour: 36_000_000,
  minRowsPerScan: 10_000,
};

export class SequentialScansCheck implements Check {
  readonly name = 'sequential-scans';
  readonly description: string;
  readonly cadence = 'daily';

  constructor(private readonly bounds = scanBounds) {
    this.description =
      `Tables of which scans from one end to the other read ${count(bounds.minRowsPerHour)} rows an hour or more, ` +
      `${count(bounds.minRowsPerScan)} or more at a time, over ${bounds.watchedHours} hours.`;
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const objects = new ObjectsReadModel(runner);
    const sums = await objects.sums(
      [series.sequentialScans, series.sequentialRows],
      this.bounds.watchedHours,
    );
    const scansOf = new Map(
      sums.filter((row) => row.series === series.sequentialScans).map((row) => [row.object, row.sum]),
    );
    const heavy = sums
      .filter((row) => row.series === series.sequentialRows)
      .map(({ object, sum, hours }) => ({
        object,
        rows: sum,
        hours: Math.min(hours, this.bounds.watchedHours),
        scans: scansOf.get(object) ?? 0,
      }))
      .filter(
        ({ rows, hours, scans }) =>
          rows / hours >= this.bounds.minRowsPerHour && rows / scans >= this.bounds.minRowsPerScan,
      );
    if (heavy.length === 0) return { findings: [], limits: [] };
    const keys = await objects.unindexedKeys();
    return {
      findings: heavy.map((one) =>
        this.finding(
          one,
          keys.filter(({ table }) => table === one.object),
        ),
      ),
      limits: [],
    };
  }

  private finding(
    { object, rows, hours, scans }: { object: string; rows: number; hours: number; scans: number },
    [key]: readonly UnindexedKeyRow[],
  ): Finding {
    return {
      object,
      severity: 'warning',
      title: `${object} was read from end to end ${count(scans)} times in ${hours.toFixed(0)} hours, ${count(rows / scans)} rows each time`,
      evidence: {
        sequential_scans: scans,
        rows_per_hour: Math.round(rows / hours),
        bound_rows_per_hour: this.bounds.minRowsPerHour,
        rows_per_scan: Math.round(rows / scans),
        bound_rows_per_scan: this.bounds.minRowsPerScan,
        watched_hours: Math.round(10 * hours) / 10,
        foreign_key_without_index: key?.constraint ?? null,
      },
      why: 'Each such read takes as long as the table is large, and takes the memory of what others need.',
      fixSql:
        key === undefined || key.isPartitioned
          ? null
          : `CREATE INDEX CONCURRENTLY ON ${sqlName(key.schema, key.name)} (${columnList(key.columns)})`,
      advice:
        key === undefined
          ? 'Look for the statements that read it among the slowest ones, and see by EXPLAIN which of their conditions no index serves.'
          : `${key.constraint} has no index: deletes in ${key.parent} read the whole table. If it is not that, look among the slowest statements.`,
      action: null,
    };
  }
}
