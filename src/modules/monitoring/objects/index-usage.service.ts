import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../kernel/config/config.js';
import { Database, type QueryRunner } from '../../../kernel/database/database.js';
import type {
  ForeignKeysDto,
  ForeignKeysQuery,
  IndexHistoryDto,
  IndexHistoryQuery,
  IndexesDto,
  IndexesQuery,
} from './dto/indexes.dto.js';
import { historyOf } from './history.js';
import { plainName } from './names.js';
import { ObjectsReadModel, type IndexUsageRow, type UnindexedKeyRow } from './objects.read-model.js';
import { series } from './series.js';

const WATCHED_HOURS = 7 * 24;
const MIN_HOURS = 6;

/** How much indexes are used, and where one is missing. */
@Injectable()
export class IndexUsageService {
  private readonly runner: QueryRunner;

  constructor(
    database: Database,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {
    this.runner = database.background;
  }

  async list({ sort, limit, offset }: IndexesQuery): Promise<IndexesDto> {
    const objects = new ObjectsReadModel(this.runner);
    const { asOf } = await objects.viewer();
    const rows = await objects.indexUsage({ order: sort, limit, offset });
    const sums = await objects.sums([series.indexScans], WATCHED_HOURS);
    const perDay = new Map(
      sums
        .filter(({ hours }) => hours >= MIN_HOURS)
        .map(({ object, sum, hours }) => [object, (24 * sum) / hours]),
    );
    return {
      as_of: asOf,
      limits: this.limits(),
      total: rows[0]?.total ?? 0,
      indexes: rows.map((row) => toDto(row, perDay.get(row.index) ?? null)),
    };
  }

  async history({ index, days }: IndexHistoryQuery): Promise<IndexHistoryDto> {
    const { points, limits, as_of } = await historyOf(this.runner, index, days, [
      series.indexSize,
      series.indexScans,
    ]);
    return {
      as_of,
      limits: [...limits, ...this.limits()],
      index,
      size_bytes: points(series.indexSize),
      scans: points(series.indexScans),
    };
  }

  async foreignKeys({ limit, offset }: ForeignKeysQuery): Promise<ForeignKeysDto> {
    const objects = new ObjectsReadModel(this.runner);
    const { asOf } = await objects.viewer();
    const keys = await objects.unindexedKeys();
    return {
      as_of: asOf,
      limits: [],
      total: keys.length,
      foreign_keys: keys.slice(offset, offset + limit).map(toForeignKey),
    };
  }

  private limits(): string[] {
    return this.config.database.replicaUrls.length === 0
      ? []
      : [
          'scans on replicas are counted there, and are not in these figures; GET /admin/maintenance/indexes asks them all',
        ];
  }
}

const toDto = (row: IndexUsageRow, scansPerDay: number | null): IndexesDto['indexes'][number] => ({
  index: row.index,
  table: row.table,
  method: row.method,
  size_bytes: row.sizeBytes,
  is_valid: row.isValid,
  is_unique: row.isUnique,
  is_primary_key: row.isPrimaryKey,
  scans: row.scans,
  rows_read: row.rowsRead,
  rows_fetched: row.rowsFetched,
  scans_per_day: scansPerDay === null ? null : Math.round(10 * scansPerDay) / 10,
  last_scan_at: row.lastScanAt,
});

const toForeignKey = (row: UnindexedKeyRow): ForeignKeysDto['foreign_keys'][number] => ({
  constraint: plainName(row.constraint),
  table: row.table,
  columns: row.columns,
  rows: row.rows,
  size_bytes: row.bytes,
  referenced_table: row.parent,
  referenced_rows: row.parentRows,
  referenced_size_bytes: row.parentBytes,
  referenced_deletes: row.parentDeletes,
});
