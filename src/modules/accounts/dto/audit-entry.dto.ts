import { z } from 'zod';
import { cursorExample, cursorSchemas } from '../../../kernel/http/cursor-paging.js';
import { timestampSchema } from '../../../kernel/http/validation.js';

const fields = z.record(z.string(), z.unknown()).nullable();

export const auditEntrySchema = z
  .object({
    id: z.guid(),
    action: z.string().meta({ description: 'E.g. `endpoint.updated`.' }),
    resource_type: z.string().nullable(),
    resource_id: z.guid().nullable(),
    before: fields.meta({ description: 'The fields that have changed, as they were.' }),
    after: fields.meta({ description: 'The fields that have changed, as they are.' }),
    metadata: z.unknown().meta({ description: 'As it is stored; other programs write other shapes.' }),
    ip_address: z.string().nullable(),
    user_agent: z.string().nullable(),
    created_at: timestampSchema.nullable(),
  })
  .meta({ id: 'AuditEntry' });

export type AuditEntryDto = z.infer<typeof auditEntrySchema>;

export const auditLogSchema = z
  .object({ audit_logs: z.array(auditEntrySchema), ...cursorSchemas })
  .meta({ id: 'AuditLog' });

export type AuditLogDto = z.infer<typeof auditLogSchema>;

const change = { before: { is_active: true }, after: { is_active: false } };

export const auditLogExample: AuditLogDto = {
  audit_logs: [
    {
      id: '9a0e6f57-2a4f-4d0c-8a53-3b9a6f1d2e77',
      action: 'endpoint.updated',
      resource_type: 'endpoint',
      resource_id: '5f0c6a3e-8f4b-4d0a-9a57-2f1f6f0f3c11',
      ...change,
      metadata: change,
      ip_address: '203.0.113.7',
      user_agent: 'Mozilla/5.0',
      created_at: '2026-01-02T03:04:05.123456Z',
    },
  ],
  ...cursorExample,
};
