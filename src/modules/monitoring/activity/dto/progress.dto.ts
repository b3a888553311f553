import { z } from 'zod';
import { answerExample, answerFields, count, figure, text } from './activity-fields.js';

export const progressSchema = z
  .object({
    ...answerFields,
    commands: z
      .array(
        z.object({
          command: z
            .enum(['VACUUM', 'ANALYZE', 'CREATE INDEX', 'CLUSTER', 'COPY', 'BASE BACKUP'])
            .meta({ description: 'REINDEX is a CREATE INDEX, VACUUM FULL a CLUSTER.' }),
          pid: count,
          user: text,
          application: text,
          backend_type: text,
          database: text,
          relation: text.meta({ description: 'null: of another database.' }),
          phase: text,
          seconds: figure.nullable(),
          done: figure.nullable().meta({ description: 'Of this phase.' }),
          total: figure.nullable(),
          unit: z.enum(['blocks', 'tuples', 'bytes']),
          figures: z
            .record(z.string(), z.unknown())
            .meta({ description: "All of PostgreSQL's figures, by its names, which differ by version." }),
        }),
      )
      .meta({ description: 'The longest first.' }),
  })
  .meta({ id: 'CommandsProgress' });

export type ProgressDto = z.infer<typeof progressSchema>;

export const progressExample: ProgressDto = {
  ...answerExample,
  commands: [
    {
      ...{ command: 'VACUUM', pid: 4711, user: null, application: null, backend_type: 'autovacuum worker' },
      ...{ database: 'ethhook', relation: 'delivery_attempts', phase: 'scanning heap', seconds: 41.5 },
      ...{ done: 12_000, total: 90_000, unit: 'blocks', figures: { heap_blks_vacuumed: 0 } },
    },
  ],
};
