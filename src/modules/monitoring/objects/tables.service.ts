import { Injectable } from '@nestjs/common';
import { Database, type QueryRunner } from '../../../kernel/database/database.js';
import { TableCareReads, type TableCare } from '../../maintenance/index.js';
import type {
  TableHistoryDto,
  TableHistoryQuery,
  TableOrder,
  TablesDto,
  TablesQuery,
} from './dto/tables.dto.js';
import { growthOf } from './growth.js';
import { historyOf } from './history.js';
import { ObjectsReadModel } from './objects.read-model.js';
import { series } from './series.js';
import { agesOfTable, freezeShare } from './wraparound.js';

type TableDto = TablesDto['tables'][number];

/** How large tables are, how they grow, and how far they are from their next VACUUM. */
@Injectable()
export class TablesService {
  private readonly runner: QueryRunner;

  constructor(database: Database) {
    this.runner = database.background;
  }

  async list({ sort, limit, offset }: TablesQuery): Promise<TablesDto> {
    const objects = new ObjectsReadModel(this.runner);
    const { asOf } = await objects.viewer();
    const tables = (await new TableCareReads(this.runner).tables()).filter(({ isSystem }) => !isSystem);
    const growth = await growthOf(objects, series.tableSize);
    const rows = tables.map((table) => toDto(table, growth.get(table.table)?.perDay ?? null));
    return {
      as_of: asOf,
      limits: [],
      total: rows.length,
      tables: rows.sort(ordered(sort)).slice(offset, offset + limit),
    };
  }

  async history({ table, days }: TableHistoryQuery): Promise<TableHistoryDto> {
    const { points, ...view } = await historyOf(this.runner, table, days, [
      series.tableSize,
      series.tableIndexes,
      series.sequentialScans,
      series.sequentialRows,
    ]);
    return {
      ...view,
      table,
      size_bytes: points(series.tableSize),
      indexes_bytes: points(series.tableIndexes),
      sequential_scans: points(series.sequentialScans),
      sequential_rows: points(series.sequentialRows),
    };
  }
}

const percentOf = (count: number, trigger: number) => Math.round((1000 * count) / Math.max(trigger, 1)) / 10;

const toDto = (table: TableCare, growth: number | null): TableDto => ({
  table: table.table,
  size_bytes: table.sizeBytes,
  growth_bytes_per_day: growth,
  rows: table.rows,
  dead_rows: table.deadRows,
  dead_percent: percentOf(table.deadRows, table.deadTrigger),
  insert_percent:
    table.insertTrigger === null ? null : percentOf(table.insertsSinceVacuum, table.insertTrigger),
  analyze_percent: percentOf(table.changesSinceAnalyze, table.analyzeTrigger),
  freeze_percent: Math.round(1000 * freezeShare(agesOfTable(table))) / 10,
  is_autovacuum_on: table.isAutovacuumOn,
  last_vacuum_at: table.vacuumedAt,
  last_analyze_at: table.analyzedAt,
});

const keys: Record<Exclude<TableOrder, 'name'>, (row: TableDto) => number> = {
  size: (row) => row.size_bytes,
  growth: (row) => row.growth_bytes_per_day ?? -Infinity,
  dead: (row) => row.dead_percent,
  inserts: (row) => row.insert_percent ?? -1,
  analyze: (row) => row.analyze_percent,
  freeze: (row) => row.freeze_percent,
};

const byName = (one: TableDto, other: TableDto) =>
  one.table < other.table ? -1 : Number(one.table > other.table);

function ordered(sort: TableOrder): (one: TableDto, other: TableDto) => number {
  if (sort === 'name') return byName;
  const key = keys[sort];
  return (one, other) => {
    const [first, second] = [key(one), key(other)];
    return first === second ? byName(one, other) : second > first ? 1 : -1;
  };
}
