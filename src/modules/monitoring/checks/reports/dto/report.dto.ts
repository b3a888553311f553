import { z } from 'zod';
import { cursorExample, cursorFields, cursorSchemas } from '../../../../../kernel/http/cursor-paging.js';
import { timestampSchema } from '../../../../../kernel/http/validation.js';
import { lookExample, lookFields, severitySchema } from '../../dto/look.dto.js';
import { findingExample, findingSchema } from '../../findings/dto/finding.dto.js';

export const reportCadences = ['daily', 'weekly'] as const;
const cadenceSchema = z.enum(reportCadences);
const count = z.number().int().nonnegative();
const figure = z.number().nonnegative();
const time = timestampSchema.nullable();

const countsSchema = z
  .object({ critical: count, warning: count, info: count, ignored: count })
  .meta({ description: 'Findings that were open, and those that were ignored.' });

const changeSchema = z.object({
  finding_id: z.guid(),
  kind: z.enum(['opened', 'reopened', 'resolved']),
  check: z.string(),
  object: z.string(),
  severity: severitySchema.meta({ description: 'The worst of that opening.' }),
  title: z.string(),
  at: timestampSchema,
});

const figuresSchema = z.object({
  database: z
    .record(z.string(), z.unknown())
    .nullable()
    .meta({ description: "pg_stat_database's row, with the size in bytes; counters run since stats_reset." }),
  tables: z
    .array(
      z.object({
        schema: z.string(),
        table: z.string(),
        live_tuples: figure,
        dead_tuples: figure,
        last_vacuum: time,
        last_autovacuum: time,
      }),
    )
    .meta({ description: 'The 20 with most dead tuples.' }),
  unused_indexes: z
    .array(
      z.object({
        schema: z.string(),
        table: z.string(),
        index: z.string(),
        size_bytes: figure,
        reason: z.string(),
      }),
    )
    .meta({ description: 'Not scanned on any server for long enough; without keys and what supports them.' }),
  statements: z
    .array(
      z.object({
        query_id: z.string(),
        calls: figure,
        mean_ms: figure,
        max_ms: figure,
        total_ms: figure,
        text: z.string(),
      }),
    )
    .meta({ description: 'The 20 with the longest mean since the statistics were last reset.' }),
});

const contentFields = {
  limits: lookFields.limits,
  previous_id: z
    .guid()
    .nullable()
    .meta({ description: 'The report that the changes are since; null: the first.' }),
  counts: countsSchema,
  changes: z.array(changeSchema).meta({ description: 'Newest first; at most 200.' }),
  findings: z
    .array(findingSchema)
    .meta({ description: 'Those that were open, the worst first; at most 200.' }),
  checks: z.array(
    z.object({
      name: z.string(),
      cadence: z.enum(['minutely', 'daily', 'weekly']),
      evaluated_at: time,
      error: z.string().nullable(),
    }),
  ),
  figures: figuresSchema,
};

const contentSchema = z.object(contentFields);
export type ReportContent = z.infer<typeof contentSchema>;

export const reportSchema = z
  .object({ as_of: lookFields.as_of, id: z.guid(), cadence: cadenceSchema, ...contentFields })
  .meta({ id: 'CheckReport' });

export type ReportDto = z.infer<typeof reportSchema>;

export const reportListSchema = z
  .object({
    ...lookFields,
    reports: z
      .array(
        z.object({ id: z.guid(), cadence: cadenceSchema, created_at: timestampSchema, counts: countsSchema }),
      )
      .meta({ description: 'Newest first.' }),
    next_cursor: cursorSchemas.next_cursor,
  })
  .meta({ id: 'CheckReportList' });

export type ReportListDto = z.infer<typeof reportListSchema>;

export const listReportsQuerySchema = z.strictObject({
  ...cursorFields,
  cadence: z.enum(reportCadences, `must be one of ${reportCadences.join(', ')}`).optional(),
});

export type ListReportsQuery = z.output<typeof listReportsQuerySchema>;

const formats = ['json', 'markdown'] as const;

export const reportQuerySchema = z.strictObject({
  format: z.enum(formats, `must be one of ${formats.join(', ')}`).default('json'),
});

export type ReportQuery = z.output<typeof reportQuerySchema>;

const id = '1f0e3c44-2a6b-4d8c-8b55-7e9a0d3c6f21';
const counts = { critical: 1, warning: 0, info: 0, ignored: 2 };

export const reportExample: ReportDto = {
  ...lookExample,
  id,
  cadence: 'daily',
  previous_id: null,
  counts,
  changes: [
    {
      finding_id: findingExample.id,
      kind: 'opened',
      check: findingExample.check,
      object: findingExample.object,
      severity: findingExample.severity,
      title: findingExample.title,
      at: findingExample.opened_at,
    },
  ],
  findings: [findingExample],
  checks: [
    { name: 'configuration', cadence: 'daily', evaluated_at: '2026-01-02T03:04:05.123456Z', error: null },
  ],
  figures: {
    database: { datname: 'ethhook', numbackends: 12, deadlocks: 0, size_bytes: 7_516_192_768 },
    tables: [],
    unused_indexes: [],
    statements: [],
  },
};

export const reportListExample: ReportListDto = {
  ...lookExample,
  reports: [{ id, cadence: 'daily', created_at: '2026-01-02T03:04:05.123456Z', counts }],
  next_cursor: cursorExample.next_cursor,
};
