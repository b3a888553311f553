import { Injectable } from '@nestjs/common';
import { Database, type QueryRunner } from '../../../kernel/database/database.js';
import { TableCareReads } from '../../maintenance/index.js';
import { diskView } from './disk-view.js';
import type { GrowthDto, SequencesDto, SequencesQuery, WraparoundDto } from './dto/storage.dto.js';
import { growthOf } from './growth.js';
import { idRates, type IdRates } from './id-rates.js';
import { monitorLimit, unreadSequencesLimit } from './limits.js';
import { ObjectsReadModel } from './objects.read-model.js';
import { series } from './series.js';
import { slopeOf } from './slope.js';
import { agesOfDatabase, agesOfTable, daysLeft, freezeShare, idsLeft, type Ages } from './wraparound.js';

const WATCHED = { objects: [''], days: 14, stepHours: 3 };
const MOST_GROWERS = 10;
const MOST_TABLES = 20;
const MOST_HOLDERS = 10;

/** What runs out: the disk, transaction ids, sequences. */
@Injectable()
export class StorageService {
  private readonly runner: QueryRunner;
  private readonly objects: ObjectsReadModel;

  constructor(database: Database) {
    this.runner = database.background;
    this.objects = new ObjectsReadModel(this.runner);
  }

  async growth(): Promise<GrowthDto> {
    const { asOf } = await this.objects.viewer();
    const { sizeBytes } = await this.objects.database();
    const points = (await this.objects.steps({ series: series.databaseSize, ...WATCHED })).get('') ?? [];
    const slope = slopeOf(points);
    const { freeBytes, forecast, limits } = await diskView(this.objects);
    return {
      as_of: asOf,
      limits,
      database: {
        size_bytes: sizeBytes,
        bytes_per_day: rounded(slope?.perDay),
        bytes_per_day_low: rounded(slope?.low),
        bytes_per_day_high: rounded(slope?.high),
        watched_hours: Math.round((points.at(-1)?.hours ?? 0) - (points[0]?.hours ?? 0)),
      },
      disk: {
        free_bytes: freeBytes,
        days_until_full: tenth(forecast.daysLeft),
        soonest_days: tenth(forecast.soonest),
        latest_days: tenth(forecast.latest),
        sureness: forecast.sureness,
        text: forecast.text,
      },
      tables: await this.growers(series.tableSize),
      indexes: await this.growers(series.indexSize),
    };
  }

  async wraparound(): Promise<WraparoundDto> {
    const viewer = await this.objects.viewer();
    const rates = await idRates(this.objects);
    const care = new TableCareReads(this.runner);
    const tables = (await care.tables())
      .map((table) => ({ table: table.table, ...agesDto(agesOfTable(table), rates) }))
      .sort((one, other) => other.freeze_percent - one.freeze_percent)
      .slice(0, MOST_TABLES);
    const databases = await this.objects.databaseAges();
    const holders = await care.xminHolders(MOST_HOLDERS);
    return {
      as_of: viewer.asOf,
      limits: monitorLimit(viewer, 'sessions of others are'),
      transactions_per_day: rounded(rates.transactions),
      multixacts_per_day: rounded(rates.multixacts),
      databases: databases.map((row) => ({
        database: row.database,
        ...agesDto(agesOfDatabase(row), rates),
      })),
      tables,
      holders: holders.map(({ kind, name, age, seconds }) => ({
        kind,
        name,
        age_transactions: age,
        seconds,
      })),
    };
  }

  async sequences(page: SequencesQuery): Promise<SequencesDto> {
    const { asOf, role } = await this.objects.viewer();
    const rows = await this.objects.sequences(page);
    const unread = rows.filter(({ mayRead }) => !mayRead).map(({ sequence }) => sequence);
    return {
      as_of: asOf,
      limits: unreadSequencesLimit(unread, role),
      total: rows[0]?.total ?? 0,
      sequences: rows.map((row) => ({
        sequence: row.sequence,
        table: row.table,
        column: row.column,
        column_type: row.columnType,
        last_value: row.lastValue,
        end: row.end,
        used_percent: row.usedShare === null ? null : Math.round(1000 * row.usedShare) / 10,
        values_left: row.left,
      })),
    };
  }

  private async growers(of: string): Promise<GrowthDto['tables']> {
    const growth = [...(await growthOf(this.objects, of))];
    return growth
      .filter(([, { perDay }]) => perDay > 0)
      .sort(([, one], [, other]) => other.perDay - one.perDay)
      .slice(0, MOST_GROWERS)
      .map(([object, { perDay, sizeBytes }]) => ({ object, size_bytes: sizeBytes, bytes_per_day: perDay }));
  }
}

const rounded = (value: number | null | undefined) =>
  value === null || value === undefined ? null : Math.round(value);
const tenth = (value: number | null) => (value === null ? null : Math.round(10 * value) / 10);

const agesDto = (ages: Ages, rates: IdRates) => ({
  age_transactions: ages.transactions,
  age_multixacts: ages.multixacts,
  freeze_percent: Math.round(1000 * freezeShare(ages)) / 10,
  transactions_left: idsLeft(ages.transactions),
  multixacts_left: idsLeft(ages.multixacts),
  days_left: daysLeft(ages, rates),
});
