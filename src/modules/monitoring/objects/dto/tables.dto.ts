import { z } from 'zod';
import { timestampSchema } from '../../../../kernel/http/validation.js';
import {
  historyDays,
  objectName,
  pageFields,
  pointSchema,
  total,
  viewExample,
  viewFields,
} from './paging.js';

export const tableOrders = ['size', 'growth', 'dead', 'inserts', 'analyze', 'freeze', 'name'] as const;
export type TableOrder = (typeof tableOrders)[number];

export const tablesQuerySchema = z.strictObject({
  ...pageFields,
  sort: z
    .enum(tableOrders, `must be one of ${tableOrders.join(', ')}`)
    .default('size')
    .meta({ description: 'The largest share or size first.' }),
});
export type TablesQuery = z.output<typeof tablesQuerySchema>;

const percent = (of: string) =>
  z
    .number()
    .nonnegative()
    .meta({ description: `Of ${of}.` });

const tableSchema = z.object({
  table: z.string(),
  size_bytes: z
    .number()
    .nonnegative()
    .meta({ description: 'As VACUUM or ANALYZE has seen it last, without indexes.' }),
  growth_bytes_per_day: z
    .number()
    .nullable()
    .meta({ description: 'By the last 14 days; null: not watched for a day, since only the largest are.' }),
  rows: z.number().nonnegative(),
  dead_rows: z.number().nonnegative(),
  dead_percent: percent('the dead rows at which autovacuum comes, by the settings of the table'),
  insert_percent: percent('the inserts at which autovacuum comes').nullable(),
  analyze_percent: percent('the changes at which autovacuum analyzes it'),
  freeze_percent: percent('the age at which autovacuum freezes it whatever else'),
  is_autovacuum_on: z.boolean(),
  last_vacuum_at: timestampSchema.nullable(),
  last_analyze_at: timestampSchema.nullable(),
});

export const tablesSchema = z
  .object({ ...viewFields, total, tables: z.array(tableSchema) })
  .meta({ id: 'MonitoredTables' });
export type TablesDto = z.infer<typeof tablesSchema>;

export const tablesExample: TablesDto = {
  ...viewExample,
  total: 1,
  tables: [
    {
      table: 'public.delivery_attempts',
      size_bytes: 1_503_238_553,
      growth_bytes_per_day: 20_971_520,
      rows: 5_600_000,
      dead_rows: 140_000,
      dead_percent: 50,
      insert_percent: 12,
      analyze_percent: 31,
      freeze_percent: 40,
      is_autovacuum_on: true,
      last_vacuum_at: '2026-01-02T03:04:05.123456Z',
      last_analyze_at: '2026-01-02T03:04:05.123456Z',
    },
  ],
};

export const tableHistoryQuerySchema = z.strictObject({ table: objectName, days: historyDays });
export type TableHistoryQuery = z.output<typeof tableHistoryQuerySchema>;

const points = z.array(pointSchema);
const counted = points.meta({ description: 'Since the point before.' });

export const tableHistorySchema = z
  .object({
    ...viewFields,
    table: z.string(),
    size_bytes: points,
    indexes_bytes: points,
    sequential_scans: counted,
    sequential_rows: counted,
  })
  .meta({ id: 'TableHistory' });
export type TableHistoryDto = z.infer<typeof tableHistorySchema>;

export const tableHistoryExample: TableHistoryDto = {
  ...viewExample,
  table: 'public.delivery_attempts',
  size_bytes: [{ at: '2026-01-02T03:00:00.000000Z', value: 1_503_238_553 }],
  indexes_bytes: [{ at: '2026-01-02T03:00:00.000000Z', value: 803_238_553 }],
  sequential_scans: [{ at: '2026-01-02T03:00:00.000000Z', value: 2 }],
  sequential_rows: [{ at: '2026-01-02T03:00:00.000000Z', value: 11_200_000 }],
};
