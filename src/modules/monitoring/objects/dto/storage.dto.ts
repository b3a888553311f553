import { z } from 'zod';
import { pageFields, total, viewExample, viewFields } from './paging.js';

const bytes = z.number().nonnegative();
const perDay = z.number().nullable();
const days = z.number().nonnegative().nullable();

const growerSchema = z.object({ object: z.string(), size_bytes: bytes, bytes_per_day: z.number() });

export const growthSchema = z
  .object({
    ...viewFields,
    database: z.object({
      size_bytes: bytes,
      bytes_per_day: perDay,
      bytes_per_day_low: perDay,
      bytes_per_day_high: perDay,
      watched_hours: z.number().nonnegative(),
    }),
    disk: z.object({
      free_bytes: bytes.nullable(),
      days_until_full: days.meta({
        description: 'null: it does not fill in ten years, or nobody knows; `text` says which.',
      }),
      soonest_days: days,
      latest_days: days,
      sureness: z.enum(['high', 'low', 'none']),
      text: z.string(),
    }),
    tables: z.array(growerSchema).meta({ description: 'That grow most, at most 10.' }),
    indexes: z.array(growerSchema),
  })
  .meta({ id: 'Growth' });
export type GrowthDto = z.infer<typeof growthSchema>;

export const growthExample: GrowthDto = {
  ...viewExample,
  database: {
    size_bytes: 7_516_192_768,
    bytes_per_day: 41_943_040,
    bytes_per_day_low: 39_000_000,
    bytes_per_day_high: 45_000_000,
    watched_hours: 336,
  },
  disk: {
    free_bytes: 12_884_901_888,
    days_until_full: 307.2,
    soonest_days: 286.1,
    latest_days: 330.4,
    sureness: 'high',
    text: '41943040 bytes a day less are free, by 112 figures of 14.0 days',
  },
  tables: [{ object: 'public.delivery_attempts', size_bytes: 1_503_238_553, bytes_per_day: 20_971_520 }],
  indexes: [],
};

const ageFields = {
  age_transactions: z.number().int().nonnegative(),
  age_multixacts: z.number().int().nonnegative(),
  freeze_percent: z.number().nonnegative().meta({
    description: 'Of the age at which autovacuum freezes it whatever else; of transactions or of multixacts.',
  }),
  transactions_left: z.number().int().nonnegative(),
  multixacts_left: z.number().int().nonnegative(),
  days_left: z
    .number()
    .nonnegative()
    .nullable()
    .meta({ description: 'At the rate of the last 14 days; null: no rate is known yet.' }),
};

export const wraparoundSchema = z
  .object({
    ...viewFields,
    transactions_per_day: z.number().nonnegative().nullable(),
    multixacts_per_day: z.number().nonnegative().nullable(),
    databases: z.array(z.object({ database: z.string(), ...ageFields })),
    tables: z.array(z.object({ table: z.string(), ...ageFields })).meta({ description: 'The 20 oldest.' }),
    holders: z
      .array(
        z.object({
          kind: z.enum(['session', 'replication slot', 'prepared transaction', 'standby']),
          name: z.string(),
          age_transactions: z.number().int(),
          seconds: z.number().nullable(),
        }),
      )
      .meta({
        description: 'What keeps dead rows from being removed and ids from being frozen, the oldest first.',
      }),
  })
  .meta({ id: 'Wraparound' });
export type WraparoundDto = z.infer<typeof wraparoundSchema>;

const ages = {
  age_transactions: 110_000_000,
  age_multixacts: 3,
  freeze_percent: 55,
  transactions_left: 2_034_483_648,
  multixacts_left: 2_144_483_645,
  days_left: 4068,
};

export const wraparoundExample: WraparoundDto = {
  ...viewExample,
  transactions_per_day: 500_000,
  multixacts_per_day: 0,
  databases: [{ database: 'ethhook', ...ages }],
  tables: [{ table: 'public.events', ...ages }],
  holders: [{ kind: 'session', name: '4711 (psql)', age_transactions: 12_000, seconds: 3600 }],
};

export const sequencesQuerySchema = z.strictObject(pageFields);
export type SequencesQuery = z.output<typeof sequencesQuerySchema>;

export const sequencesSchema = z
  .object({
    ...viewFields,
    total,
    sequences: z.array(
      z.object({
        sequence: z.string(),
        table: z.string().nullable(),
        column: z.string().nullable(),
        column_type: z.string().nullable(),
        last_value: z.string().nullable(),
        end: z
          .string()
          .meta({ description: 'Its own, or that of the type of its column if that is nearer.' }),
        used_percent: z.number().nullable(),
        values_left: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'Sequences' });
export type SequencesDto = z.infer<typeof sequencesSchema>;

export const sequencesExample: SequencesDto = {
  ...viewExample,
  total: 1,
  sequences: [
    {
      sequence: 'public.orders_id_seq',
      table: 'public.orders',
      column: 'id',
      column_type: 'integer',
      last_value: '2000000000',
      end: '2147483647',
      used_percent: 93.1,
      values_left: 147_483_647,
    },
  ],
};
