import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { sql } from '../../src/kernel/database/sql.js';
import type { Job } from '../../src/kernel/tasks/job.js';

const parameters = z.strictObject({ times: z.int('must be a whole number').min(1).max(5).default(1) });

const traits = { schedule: null, missed: 'skip', weight: 'light', timeoutMs: 30_000, retries: 0 } as const;

/** Counts, and says so. */
export const countingJob: Job<z.output<typeof parameters>> = {
  ...traits,
  name: 'test-count',
  description: 'Counts for the tests; rows are counts',
  parameters,
  plan: (_, { times }) =>
    Promise.resolve([{ action: 'count', target: 'public.users', reason: `${times} times`, sql: 'SELECT 1' }]),
  run: async (context, { times }) => {
    for (let done = 1; done <= times; done++) {
      context.progress('counting', done, times);
      await context.query(sql<never>('test.count')`SELECT 1`);
    }
    const step = { action: 'counted', target: 'public.users', reason: 'as asked', sql: 'SELECT 1' };
    return {
      rows: times,
      steps: [step],
      summary: `counted ${times}`,
      details: { before: { count: 0 }, after: { count: times } },
    };
  },
};

/** Goes on until it is stopped. */
export const waitingJob: Job<Record<string, never>> = {
  ...traits,
  name: 'test-wait',
  description: 'Waits for the tests',
  parameters: z.strictObject({}),
  plan: () => Promise.resolve([]),
  run: async (context) => {
    for (let beats = 1; ; beats++) {
      context.progress('waiting', beats);
      await sleep(100, undefined, { signal: context.signal });
    }
  },
};

/** Heavy, and fails. */
export const failingJob: Job<Record<string, never>> = {
  ...traits,
  name: 'test-fail',
  description: 'Fails for the tests',
  weight: 'heavy',
  parameters: z.strictObject({}),
  plan: () => Promise.resolve([]),
  run: () => Promise.reject(new Error('secret-of-the-row')),
};
