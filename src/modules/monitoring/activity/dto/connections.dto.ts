import { z } from 'zod';
import { answerExample, answerFields, count, figure, text } from './activity-fields.js';

export const connectionsSchema = z
  .object({
    ...answerFields,
    max_connections: count,
    superuser_reserved_connections: count,
    reserved_connections: count.meta({
      description: 'For pg_use_reserved_connections; 0 before PostgreSQL 16.',
    }),
    available_connections: count.meta({ description: 'For everybody: max without what is reserved.' }),
    used: count,
    idle: count,
    used_ratio: figure.meta({ description: 'Of what is available for everybody.' }),
    groups: z
      .array(
        z.object({
          state: text,
          user: text,
          database: text,
          application: text,
          count,
          longest_seconds: figure.nullable().meta({ description: 'In that state.' }),
        }),
      )
      .meta({ description: 'The largest first.' }),
    pools: z
      .array(
        z.object({
          pool: z.string(),
          max: count,
          in_use: count,
          idle: count,
          waiting: count.meta({ description: 'Requests without a connection.' }),
        }),
      )
      .meta({ description: 'Those of the instance that answers.' }),
  })
  .meta({ id: 'Connections' });

export type ConnectionsDto = z.infer<typeof connectionsSchema>;

export const connectionsExample: ConnectionsDto = {
  ...answerExample,
  max_connections: 100,
  superuser_reserved_connections: 3,
  reserved_connections: 0,
  available_connections: 97,
  used: 24,
  idle: 20,
  used_ratio: 0.247,
  groups: [
    {
      ...{ state: 'idle', user: 'ethhook', database: 'ethhook', application: 'ethhook-admin' },
      ...{ count: 20, longest_seconds: 31.2 },
    },
  ],
  pools: [{ pool: 'read', max: 20, in_use: 1, idle: 4, waiting: 0 }],
};
