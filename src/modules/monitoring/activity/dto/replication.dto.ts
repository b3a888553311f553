import { z } from 'zod';
import { answerExample, answerFields, count, figure, text } from './activity-fields.js';

const age = z.number().int().nullable();

const standbySchema = z.object({
  application: z.string(),
  pid: count,
  client_address: text,
  state: text,
  sync_state: text,
  sent_lag_bytes: figure.nullable(),
  replay_lag_bytes: figure.nullable(),
  replay_lag_seconds: figure
    .nullable()
    .meta({ description: 'null also where it has all of a quiet primary.' }),
  xmin_age: age.meta({ description: 'Transactions that its queries hold back here.' }),
});

const slotSchema = z.object({
  slot: z.string(),
  type: z.enum(['physical', 'logical']),
  database: text,
  active: z.boolean(),
  active_pid: count.nullable(),
  temporary: z.boolean(),
  wal_status: text,
  retained_bytes: figure.nullable(),
  safe_wal_bytes: z
    .number()
    .nullable()
    .meta({ description: 'Left until it is lost; null: no limit (max_slot_wal_keep_size).' }),
  xmin_age: age,
  inactive_seconds: figure.nullable().meta({ description: 'Known from PostgreSQL 17 on.' }),
  invalidation_reason: text,
});

const replicaSchema = z.object({
  address: z.string(),
  answers: z.boolean(),
  in_recovery: z.boolean().nullable(),
  lag_bytes: figure.nullable().meta({ description: 'What the primary has written and it has not replayed.' }),
  pending_bytes: figure.nullable().meta({ description: 'Received, and not replayed.' }),
  last_replayed_seconds: figure
    .nullable()
    .meta({ description: 'Since the last commit that it has replayed; grows on a quiet primary too.' }),
  replay_paused: z.boolean().nullable(),
  receiver: text,
});

export const replicationSchema = z
  .object({
    ...answerFields,
    standbys: z
      .array(standbySchema)
      .meta({ description: 'As the primary sees them, the furthest behind first.' }),
    slots: z.array(slotSchema).meta({ description: 'The one that retains most first.' }),
    replicas: z
      .array(replicaSchema)
      .meta({ description: 'Those of DATABASE_REPLICA_URLS, as they see themselves.' }),
  })
  .meta({ id: 'Replication' });

export type ReplicationDto = z.infer<typeof replicationSchema>;

export const replicationExample: ReplicationDto = {
  ...answerExample,
  standbys: [
    {
      ...{
        application: 'replica1',
        pid: 812,
        client_address: '10.0.0.8',
        state: 'streaming',
        sync_state: 'async',
      },
      ...{ sent_lag_bytes: 0, replay_lag_bytes: 8192, replay_lag_seconds: 0.004, xmin_age: null },
    },
  ],
  slots: [
    {
      ...{
        slot: 'replica1',
        type: 'physical',
        database: null,
        active: true,
        active_pid: 812,
        temporary: false,
      },
      ...{ wal_status: 'reserved', retained_bytes: 8192, safe_wal_bytes: null, xmin_age: null },
      ...{ inactive_seconds: null, invalidation_reason: null },
    },
  ],
  replicas: [
    {
      ...{ address: '10.0.0.8:5432', answers: true, in_recovery: true, lag_bytes: 8192, pending_bytes: 0 },
      ...{ last_replayed_seconds: 0.5, replay_paused: false, receiver: 'streaming' },
    },
  ],
};
