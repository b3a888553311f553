import { z } from 'zod';

const name = z.string().min(1).max(63);

export const waitMsSchema = z
  .number()
  .int()
  .min(100)
  .max(3_600_000)
  .default(300_000)
  .describe('How long to wait for transactions that are older than the build.');

/** For where the disk of the server cannot be seen from here. */
export const freeDiskSchema = z
  .number()
  .int()
  .nonnegative()
  .optional()
  .describe('Free bytes on the disk of the server, where they cannot be seen from here.');

export const indexSchema = z.strictObject({
  schema: name.default('public'),
  index: name,
  wait_ms: waitMsSchema,
});

export type IndexParameters = z.infer<typeof indexSchema>;
