import { z } from 'zod';
import {
  answerExample,
  answerFields,
  count,
  figure,
  sessionExample,
  sessionSchema,
  text,
} from './activity-fields.js';

const heldSchema = z.object({
  pid: count.nullable(),
  prepared_transaction: text,
  modes: z
    .array(z.string())
    .meta({ description: 'What it holds; none: it waits too, and before this one in the queue.' }),
});

const waitSchema = z.object({
  mode: z.string().meta({ description: 'What it asks for.' }),
  lock_type: z.string(),
  relation: text,
  seconds: figure,
  blocked_by: z.array(heldSchema),
});

const nodeSchema = z.object({
  root_pid: count.meta({ description: 'Who is at the top; 0: a prepared transaction.' }),
  depth: count,
  pid: count.nullable(),
  prepared_transaction: text,
  blocks: count.meta({ description: 'Sessions below it.' }),
  is_in_cycle: z.boolean(),
  wait: waitSchema.nullable().meta({ description: 'null: it waits for no lock.' }),
  session: sessionSchema.nullable(),
});

export const locksSchema = z
  .object({
    ...answerFields,
    waiting: count.meta({ description: 'Sessions that wait for a lock.' }),
    nodes: z.array(nodeSchema).meta({
      description: 'Trees in order, the root that blocks most first, each below whom it waits for.',
    }),
  })
  .meta({ id: 'LockTree' });

export type LocksDto = z.infer<typeof locksSchema>;

export const locksExample: LocksDto = {
  ...answerExample,
  waiting: 1,
  nodes: [
    {
      ...{ root_pid: 4711, depth: 0, pid: 4711, prepared_transaction: null, blocks: 1, is_in_cycle: false },
      wait: null,
      session: sessionExample,
    },
    {
      ...{ root_pid: 4711, depth: 1, pid: 4712, prepared_transaction: null, blocks: 0, is_in_cycle: false },
      wait: {
        ...{ mode: 'AccessExclusiveLock', lock_type: 'relation', relation: 'endpoints', seconds: 12.5 },
        blocked_by: [{ pid: 4711, prepared_transaction: null, modes: ['RowExclusiveLock'] }],
      },
      session: { ...sessionExample, pid: 4712 },
    },
  ],
};
