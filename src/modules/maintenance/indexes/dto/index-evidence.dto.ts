import { z } from 'zod';
import { timestampSchema } from '../../../../kernel/http/validation.js';

const bytes = z.number().int().nonnegative();

const name = { schema: z.string(), table: z.string(), index: z.string() };

const invalidSchema = z.object({
  ...name,
  definition: z.string(),
  size_bytes: bytes,
  state: z
    .enum(['busy', 'remnant', 'broken'])
    .meta({ description: 'Being built or dropped now; left by an interrupted one; to be rebuilt.' }),
});

const proposalSchema = z.object({
  ...name,
  kind: z.enum(['unused', 'duplicate', 'prefix']),
  reason: z.string(),
  definition: z.string(),
  size_bytes: bytes,
  scans: z.number().int().nonnegative().meta({ description: 'On all servers that were asked.' }),
  last_scan_at: timestampSchema.nullable().meta({ description: 'Known from PostgreSQL 16 on.' }),
  covered_by: z
    .object({ index: z.string(), definition: z.string(), scans: z.number().int().nonnegative() })
    .nullable(),
});

const droppedSchema = z.object({
  schema: z.string(),
  index: z.string(),
  definition: z.string(),
  reason: z.string(),
  size_bytes: bytes.nullable(),
  dropped_at: timestampSchema,
});

export const indexEvidenceSchema = z
  .object({
    since: timestampSchema.meta({ description: 'Since when all servers count scans.' }),
    observed_hours: z.number().nonnegative(),
    servers: z.number().int().positive(),
    notes: z.array(z.string()).meta({ description: 'What the evidence lacks, and what follows from that.' }),
    invalid: z.array(invalidSchema),
    proposals: z
      .array(proposalSchema)
      .meta({ description: 'Largest first. Nothing drops them but an operator, by the job drop-index.' }),
    dropped: z.array(droppedSchema).meta({ description: 'Built again by the job restore-index.' }),
  })
  .meta({ id: 'IndexEvidence' });

export type IndexEvidenceDto = z.infer<typeof indexEvidenceSchema>;

export const indexEvidenceExample: IndexEvidenceDto = {
  since: '2026-01-02T03:04:05.123456Z',
  observed_hours: 1203.5,
  servers: 2,
  notes: [],
  invalid: [],
  proposals: [
    {
      schema: 'public',
      table: 'events',
      index: 'idx_events_transaction_hash',
      kind: 'unused',
      reason: 'no scan on 2 servers since 2026-01-02T03:04:05.123456Z',
      definition: 'CREATE INDEX idx_events_transaction_hash ON public.events USING btree (transaction_hash)',
      size_bytes: 445_644_800,
      scans: 0,
      last_scan_at: null,
      covered_by: null,
    },
  ],
  dropped: [],
};
