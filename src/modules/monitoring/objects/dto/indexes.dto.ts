import { z } from 'zod';
import { timestampSchema } from '../../../../kernel/http/validation.js';
import { indexOrders } from './index-orders.js';
import {
  historyDays,
  objectName,
  pageFields,
  pointSchema,
  total,
  viewExample,
  viewFields,
} from './paging.js';

export const indexesQuerySchema = z.strictObject({
  ...pageFields,
  sort: z
    .enum(indexOrders, `must be one of ${indexOrders.join(', ')}`)
    .default('size')
    .meta({ description: 'The largest, or the least scanned, first.' }),
});
export type IndexesQuery = z.output<typeof indexesQuerySchema>;

const count = z.number().nonnegative();

const indexSchema = z.object({
  index: z.string(),
  table: z.string(),
  method: z.string(),
  size_bytes: count.meta({ description: 'As VACUUM, ANALYZE or its build has seen it last.' }),
  is_valid: z.boolean(),
  is_unique: z.boolean(),
  is_primary_key: z.boolean(),
  scans: count.meta({ description: 'Since the counters were reset; uniqueness checks are not counted.' }),
  rows_read: count,
  rows_fetched: count,
  scans_per_day: count
    .nullable()
    .meta({ description: 'By the last 7 days; null: not watched, since only the largest are.' }),
  last_scan_at: timestampSchema.nullable().meta({ description: 'Known from PostgreSQL 16 on.' }),
});

export const indexesSchema = z
  .object({ ...viewFields, total, indexes: z.array(indexSchema) })
  .meta({ id: 'MonitoredIndexes' });
export type IndexesDto = z.infer<typeof indexesSchema>;

export const indexesExample: IndexesDto = {
  ...viewExample,
  total: 1,
  indexes: [
    {
      index: 'public.idx_events_ingested_at_id',
      table: 'public.events',
      method: 'btree',
      size_bytes: 125_829_120,
      is_valid: true,
      is_unique: false,
      is_primary_key: false,
      scans: 91_234,
      rows_read: 5_000_123,
      rows_fetched: 4_900_100,
      scans_per_day: 1203,
      last_scan_at: '2026-01-02T03:04:05.123456Z',
    },
  ],
};

export const indexHistoryQuerySchema = z.strictObject({ index: objectName, days: historyDays });
export type IndexHistoryQuery = z.output<typeof indexHistoryQuerySchema>;

export const indexHistorySchema = z
  .object({
    ...viewFields,
    index: z.string(),
    size_bytes: z.array(pointSchema),
    scans: z.array(pointSchema).meta({ description: 'Since the point before, on the primary.' }),
  })
  .meta({ id: 'IndexHistory' });
export type IndexHistoryDto = z.infer<typeof indexHistorySchema>;

export const indexHistoryExample: IndexHistoryDto = {
  ...viewExample,
  index: 'public.idx_events_ingested_at_id',
  size_bytes: [{ at: '2026-01-02T03:00:00.000000Z', value: 125_829_120 }],
  scans: [{ at: '2026-01-02T03:00:00.000000Z', value: 51 }],
};

export const foreignKeysQuerySchema = z.strictObject(pageFields);
export type ForeignKeysQuery = z.output<typeof foreignKeysQuerySchema>;

export const foreignKeysSchema = z
  .object({
    ...viewFields,
    total,
    foreign_keys: z.array(
      z.object({
        constraint: z.string(),
        table: z.string(),
        columns: z.array(z.string()),
        rows: count,
        size_bytes: count,
        referenced_table: z.string(),
        referenced_rows: count,
        referenced_size_bytes: count,
        referenced_deletes: count.meta({ description: 'Since the counters were reset.' }),
      }),
    ),
  })
  .meta({ id: 'ForeignKeysWithoutIndex' });
export type ForeignKeysDto = z.infer<typeof foreignKeysSchema>;

export const foreignKeysExample: ForeignKeysDto = {
  ...viewExample,
  total: 1,
  foreign_keys: [
    {
      constraint: 'delivery_attempts_endpoint_id_fkey',
      table: 'public.delivery_attempts',
      columns: ['endpoint_id'],
      rows: 5_600_000,
      size_bytes: 1_503_238_553,
      referenced_table: 'public.endpoints',
      referenced_rows: 1200,
      referenced_size_bytes: 262_144,
      referenced_deletes: 7,
    },
  ],
};
