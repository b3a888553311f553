import { z } from 'zod';
import { errorBodySchema } from '../http/error-body.js';

export const liveSchema = z
  .object({ status: z.literal('live'), uptime_seconds: z.number() })
  .meta({ id: 'Live' });

const componentSchema = z
  .looseObject({
    status: z.enum(['up', 'degraded', 'down']).meta({
      description:
        'degraded: requests are answered, with less than there should be; down: they cannot be answered.',
    }),
  })
  .meta({ id: 'ComponentHealth' });

const componentsSchema = z
  .record(z.string(), componentSchema)
  .meta({ description: 'database, schema, statistics_fold; redis and replicas where they are configured.' });

export const readySchema = z
  .object({
    status: z.literal('ready'),
    database: z.object({ up: z.literal(true), latency_ms: z.number() }),
    is_degraded: z.boolean().meta({ description: 'A component is degraded.' }),
    components: componentsSchema,
  })
  .meta({ id: 'Ready' });

export const notReadySchema = errorBodySchema
  .extend({
    status: z.enum(['not_ready', 'shutting_down']),
    components: componentsSchema,
  })
  .meta({ id: 'NotReady' });

export type Live = z.infer<typeof liveSchema>;
export type Ready = z.infer<typeof readySchema>;
export type NotReady = z.infer<typeof notReadySchema>;
export type Components = z.infer<typeof componentsSchema>;

export const readyExample: Ready = {
  status: 'ready',
  database: { up: true, latency_ms: 0.4 },
  is_degraded: true,
  components: {
    database: { status: 'up', latency_ms: 0.4 },
    schema: { status: 'up', pending_migrations: 0, newer_migrations: 0 },
    redis: { status: 'degraded', message: 'away: each instance keeps its own answers' },
    statistics_fold: { status: 'up', lag_seconds: 0.2, unfolded_rows: 120, reads: 'exact' },
  },
};

export const notReadyExample: NotReady = {
  error: 'The database schema is behind: 1 migration(s) are pending',
  code: 'schema_behind',
  request_id: '0b6f6d1e-6d3c-4c1b-9a54-0f0f0f0f0f0f',
  status: 'not_ready',
  components: {
    database: { status: 'up', latency_ms: 0.4 },
    schema: { status: 'down', pending_migrations: 1, newer_migrations: 0 },
  },
};
