import { z } from 'zod';
import { cursorExample, cursorSchemas } from '../../../../../kernel/http/cursor-paging.js';
import { timestampSchema } from '../../../../../kernel/http/validation.js';
import { lookExample, lookFields, severitySchema } from '../../dto/look.dto.js';

export const findingStates = ['open', 'ignored', 'resolved'] as const;

const evidenceSchema = z
  .record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))
  .meta({ description: 'The figures that decided it, and the bounds that they broke.' });

export const actionSchema = z
  .object({ job: z.string(), parameters: z.record(z.string(), z.unknown()) })
  .nullable()
  .meta({ description: 'A job of maintenance that does it: POST /admin/maintenance/jobs/:name/run.' });

const findingFields = {
  id: z.guid(),
  check: z.string(),
  object: z.string().meta({ description: 'As PostgreSQL writes its name; empty: the server.' }),
  state: z.enum(findingStates),
  severity: severitySchema,
  title: z.string(),
  evidence: evidenceSchema,
  why: z.string().meta({ description: 'What it leads to when nothing is done.' }),
  fix_sql: z
    .string()
    .nullable()
    .meta({ description: 'Safe on a live database; null: there is no statement for it.' }),
  advice: z.string(),
  action: actionSchema,
  opened_at: timestampSchema.meta({ description: 'Of the latest opening.' }),
  last_seen_at: timestampSchema,
  resolved_at: timestampSchema.nullable(),
  reopened: z.number().int().nonnegative().meta({ description: 'How often it has come back.' }),
  ignored: z
    .object({
      at: timestampSchema,
      by: z.string().meta({ description: "A user's id." }),
      until: timestampSchema.nullable().meta({ description: 'null: for good.' }),
      reason: z.string(),
    })
    .nullable(),
};

export const findingSchema = z.object(findingFields).meta({ id: 'Finding' });

export type FindingDto = z.infer<typeof findingSchema>;

export const findingDetailsSchema = z
  .object({
    ...lookFields,
    ...findingFields,
    history: z
      .array(
        z.object({
          opened_at: timestampSchema,
          last_seen_at: timestampSchema,
          resolved_at: timestampSchema.nullable(),
          severity: severitySchema.meta({ description: 'The worst of it.' }),
          title: z.string().meta({ description: 'As it was seen last.' }),
          evidence: evidenceSchema,
        }),
      )
      .meta({ description: 'Its openings, newest first; at most 50.' }),
  })
  .meta({ id: 'FindingDetails' });

export type FindingDetailsDto = z.infer<typeof findingDetailsSchema>;

export const findingListSchema = z
  .object({
    ...lookFields,
    findings: z.array(findingSchema).meta({ description: 'Newest opening first.' }),
    next_cursor: cursorSchemas.next_cursor,
  })
  .meta({ id: 'FindingList' });

export type FindingListDto = z.infer<typeof findingListSchema>;

export const findingExample: FindingDto = {
  id: '8d0c3b58-7f1c-4c9e-9f37-0c3d2f1a7b22',
  check: 'configuration',
  object: 'autovacuum',
  state: 'open',
  severity: 'critical',
  title: 'autovacuum is off',
  evidence: { value: 'off', bound: 'on' },
  why: 'Dead rows pile up, and in the end the server refuses writes to keep its transaction ids apart.',
  fix_sql: "ALTER SYSTEM SET autovacuum = 'on'; SELECT pg_reload_conf()",
  advice: 'Set it; it holds after a reload.',
  action: { job: 'apply-setting', parameters: { name: 'autovacuum' } },
  opened_at: '2026-01-02T03:04:05.123456Z',
  last_seen_at: '2026-01-03T03:04:05.123456Z',
  resolved_at: null,
  reopened: 1,
  ignored: null,
};

export const findingListExample: FindingListDto = {
  ...lookExample,
  findings: [findingExample],
  next_cursor: cursorExample.next_cursor,
};

const { severity, title, evidence, resolved_at, last_seen_at } = findingExample;

export const findingDetailsExample: FindingDetailsDto = {
  ...lookExample,
  ...findingExample,
  history: [
    { opened_at: findingExample.opened_at, last_seen_at, resolved_at, severity, title, evidence },
    {
      ...{ severity, title, evidence },
      opened_at: '2025-12-01T03:04:05.123456Z',
      last_seen_at: '2025-12-02T03:04:05.123456Z',
      resolved_at: '2025-12-03T03:04:05.123456Z',
    },
  ],
};
