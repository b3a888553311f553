import { z } from 'zod';
import { queryInteger, timestampSchema } from '../../../../kernel/http/validation.js';

/** What every answer begins with. */
export const answerFields = {
  as_of: timestampSchema.meta({ description: "By the database server's clock." }),
  limits: z.array(z.string()).meta({ description: 'What is not shown, and what would allow it.' }),
};

export const answerExample = { as_of: '2026-01-02T03:04:05.123456Z', limits: [] };

export const limitField = queryInteger(1, 100).default(100);

export const limitQuerySchema = z.strictObject({ limit: limitField });
export type LimitQuery = z.output<typeof limitQuerySchema>;

export const noQuerySchema = z.strictObject({});
export type NoQuery = z.output<typeof noQuerySchema>;

export const count = z.number().int().nonnegative();
export const figure = z.number().nonnegative();
export const text = z.string().nullable();

export const sessionSchema = z
  .object({
    pid: count,
    backend_start: timestampSchema.nullable().meta({ description: 'With the pid it names one session.' }),
    backend_type: text,
    user: text,
    database: text,
    application: text,
    client_address: text,
    state: text,
    wait_event_type: text,
    wait_event: text,
    transaction_seconds: figure.nullable(),
    query_seconds: figure.nullable().meta({ description: 'Since its last statement began.' }),
    state_seconds: figure.nullable(),
    xmin_age: z.number().int().nullable().meta({ description: 'Transactions whose dead rows it keeps.' }),
    query: text.meta({ description: 'Its last statement without comments, constants as `?`, cut.' }),
    label: text.meta({ description: 'Of a statement of our own.' }),
  })
  .meta({ id: 'Session' });

export type SessionDto = z.infer<typeof sessionSchema>;

export const sessionExample: SessionDto = {
  pid: 4711,
  backend_start: '2026-01-02T03:00:00.000001Z',
  backend_type: 'client backend',
  user: 'reporting',
  database: 'ethhook',
  application: 'psql',
  client_address: '10.0.0.7',
  state: 'idle in transaction',
  wait_event_type: 'Client',
  wait_event: 'ClientRead',
  transaction_seconds: 312.5,
  query_seconds: 312.4,
  state_seconds: 312.3,
  xmin_age: 15,
  query: 'UPDATE endpoints SET is_active = ? WHERE id = ?',
  label: null,
};
