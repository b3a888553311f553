import { z } from 'zod';
import { objectMessage, textSchema } from '../../../../kernel/http/body-values.js';
import { queryInstant } from '../../../../kernel/http/query-values.js';
import { queryInteger, timestampSchema } from '../../../../kernel/http/validation.js';
import {
  answerExample,
  answerFields,
  count,
  limitField,
  sessionExample,
  sessionSchema,
} from './activity-fields.js';

const seconds = queryInteger(0, 604_800);

export const sessionsQuerySchema = z.strictObject({
  transaction_seconds: seconds
    .default(60)
    .meta({ description: 'In a transaction for as long; 60 by default.' }),
  idle_in_transaction_seconds: seconds
    .default(10)
    .meta({ description: 'Idle in a transaction for as long; 10 by default.' }),
  limit: limitField,
  offset: queryInteger(0, 10_000).default(0),
});
export type SessionsQuery = z.output<typeof sessionsQuerySchema>;

export const sessionsSchema = z
  .object({
    ...answerFields,
    total: count,
    sessions: z
      .array(
        sessionSchema.extend({
          is_long_transaction: z.boolean(),
          is_idle_in_transaction: z.boolean(),
          is_maintenance: z.boolean().meta({ description: 'VACUUM, ANALYZE, an index build or CLUSTER.' }),
        }),
      )
      .meta({ description: 'The oldest transaction first.' }),
  })
  .meta({ id: 'Sessions' });

export type SessionsDto = z.infer<typeof sessionsSchema>;

export const sessionsExample: SessionsDto = {
  ...answerExample,
  total: 1,
  sessions: [
    { ...sessionExample, is_long_transaction: true, is_idle_in_transaction: true, is_maintenance: false },
  ],
};

const pidMessage = 'must be a process id';
export const pidParamSchema = z.object({
  pid: z
    .string(pidMessage)
    .regex(/^[1-9]\d{0,9}$/, pidMessage)
    .transform(Number)
    .refine((pid) => pid <= 2_147_483_647, pidMessage)
    .meta({ type: 'integer' }),
});
export type PidParam = z.output<typeof pidParamSchema>;

export const signalBodySchema = z
  .strictObject(
    {
      backend_start: queryInstant.meta({
        description: 'As the list has it: another session with that pid is not touched.',
      }),
      reason: textSchema(500)
        .refine((reason) => reason.trim() !== '', 'must not be empty')
        .meta({ description: 'Why, for the audit log.' }),
    },
    objectMessage,
  )
  .meta({
    id: 'SignalBody',
    example: { backend_start: '2026-01-02T03:00:00.000001Z', reason: 'forgotten, and blocks the import' },
  });
export type SignalBody = z.output<typeof signalBodySchema>;

export const signalledSchema = z
  .object({
    as_of: timestampSchema,
    limits: answerFields.limits,
    pid: count,
    signal: z.enum(['cancel', 'terminate']),
    sent: z.boolean().meta({ description: 'false: it had just ended.' }),
  })
  .meta({ id: 'Signalled' });
export type SignalledDto = z.infer<typeof signalledSchema>;

export const signalledExample: SignalledDto = { ...answerExample, pid: 4711, signal: 'cancel', sent: true };
