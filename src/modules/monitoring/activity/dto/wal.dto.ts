import { z } from 'zod';
import { timestampSchema } from '../../../../kernel/http/validation.js';
import { answerExample, answerFields, count, figure } from './activity-fields.js';

export const walSchema = z
  .object({
    ...answerFields,
    checkpoints: z.object({
      since: timestampSchema.nullable(),
      timed: count,
      requested: count.meta({
        description: 'Before their time: max_wal_size was reached, or somebody asked.',
      }),
      requested_ratio: figure.nullable(),
      write_ms: figure,
      sync_ms: figure,
      buffers: count,
      background_buffers: count,
      backend_buffers: count.meta({ description: 'Written by sessions themselves, which wait for it.' }),
      backend_fsyncs: count,
      timeout_seconds: figure,
      max_wal_bytes: figure,
    }),
    wal: z.object({
      since: timestampSchema.nullable(),
      level: z.string(),
      records: count,
      full_page_images: count,
      bytes: figure,
      buffers_full: count.meta({ description: 'Writes since wal_buffers were full.' }),
      writes: count,
      syncs: count,
    }),
  })
  .meta({ id: 'Wal' });

export type WalDto = z.infer<typeof walSchema>;

export const walExample: WalDto = {
  ...answerExample,
  checkpoints: {
    ...{ since: '2026-01-01T00:00:00Z', timed: 288, requested: 3, requested_ratio: 0.0103 },
    ...{ write_ms: 812_000, sync_ms: 1200, buffers: 91_000, background_buffers: 2400 },
    ...{ backend_buffers: 8100, backend_fsyncs: 0, timeout_seconds: 300, max_wal_bytes: 1_073_741_824 },
  },
  wal: {
    ...{ since: '2026-01-01T00:00:00Z', level: 'replica', records: 9_120_000, full_page_images: 81_000 },
    ...{ bytes: 2_147_000_000, buffers_full: 12, writes: 410_000, syncs: 380_000 },
  },
};
