import { z } from 'zod';
import { cursorExample, cursorFields, cursorSchemas } from '../../../../../kernel/http/cursor-paging.js';
import { timestampSchema, uuidSchema } from '../../../../../kernel/http/validation.js';
import { lookFields, lookExample, severitySchema } from '../../dto/look.dto.js';

export const alertKinds = ['opened', 'raised', 'reminder', 'resolved', 'test'] as const;
export const alertStates = ['pending', 'delivered', 'given_up'] as const;

const alertSchema = z
  .object({
    id: z
      .guid()
      .meta({ description: 'Also in the header X-EthHook-Delivery, and the same when it is sent again.' }),
    kind: z.enum(alertKinds),
    finding_id: z.guid().nullable().meta({ description: 'null: a test.' }),
    severity: severitySchema.nullable(),
    state: z.enum(alertStates),
    created_at: timestampSchema,
    attempts: z.number().int().nonnegative(),
    next_attempt_at: timestampSchema.nullable().meta({ description: 'null: it has ended.' }),
    ended_at: timestampSchema.nullable(),
    last_status: z.number().int().nullable().meta({ description: 'Of the last answer; null: none came.' }),
    last_error: z.string().nullable().meta({ description: 'A short code, such as timeout or status_500.' }),
  })
  .meta({ id: 'Alert' });

export type AlertDto = z.infer<typeof alertSchema>;

export const alertListSchema = z
  .object({
    ...lookFields,
    webhook: z
      .object({
        target: z.string().meta({ description: 'Scheme, host and port only: the rest may be a secret.' }),
        min_severity: severitySchema,
      })
      .nullable()
      .meta({ description: 'null: alerts are off.' }),
    alerts: z.array(alertSchema).meta({ description: 'Newest first.' }),
    next_cursor: cursorSchemas.next_cursor,
  })
  .meta({ id: 'AlertList' });

export type AlertListDto = z.infer<typeof alertListSchema>;

export const testAlertSchema = z.object({ ...lookFields, alert: alertSchema }).meta({ id: 'TestAlert' });

export type TestAlertDto = z.infer<typeof testAlertSchema>;

export const listAlertsQuerySchema = z.strictObject({
  ...cursorFields,
  state: z.enum(alertStates, `must be one of ${alertStates.join(', ')}`).optional(),
  finding_id: uuidSchema.optional().meta({ description: 'Only those about this finding.' }),
});

export type ListAlertsQuery = z.output<typeof listAlertsQuerySchema>;

const alertExample: AlertDto = {
  id: '5a1f0c1e-0b7e-4a57-8a7d-0d2b6c9a1f11',
  kind: 'opened',
  finding_id: '8d0c3b58-7f1c-4c9e-9f37-0c3d2f1a7b22',
  severity: 'critical',
  state: 'pending',
  created_at: '2026-01-02T03:04:05.123456Z',
  attempts: 2,
  next_attempt_at: '2026-01-02T03:04:45.123456Z',
  ended_at: null,
  last_status: 503,
  last_error: 'status_503',
};

export const alertListExample: AlertListDto = {
  ...lookExample,
  webhook: { target: 'https://alerts.example.com', min_severity: 'warning' },
  alerts: [alertExample],
  next_cursor: cursorExample.next_cursor,
};

export const testAlertExample: TestAlertDto = {
  ...lookExample,
  alert: {
    ...alertExample,
    ...{ kind: 'test', finding_id: null, severity: null, attempts: 0, last_status: null, last_error: null },
  },
};
