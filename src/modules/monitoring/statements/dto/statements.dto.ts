import { z } from 'zod';

const at = z.string().meta({ format: 'date-time' });
const count = z.number().nonnegative();
const ms = z.number().nonnegative();
export const queryid = z
  .string()
  .meta({ description: 'Of pg_stat_statements; a text, since it has 64 bits.' });

/** What every answer of these routes says of itself. */
const about = {
  as_of: at,
  from: at,
  until: at,
  limits: z.array(z.string()).meta({ description: 'What is not known, and what would change it.' }),
};

export const figures = {
  calls: count,
  rows: count,
  total_ms: ms,
  mean_ms: ms,
  max_ms: ms.nullable().meta({ description: 'null where the longest call of all was before the range.' }),
  plan_ms: ms.meta({ description: '0 unless pg_stat_statements.track_planning is on.' }),
  blocks_hit: count,
  blocks_read: count,
  blocks_dirtied: count,
  blocks_written: count,
  temp_blocks_read: count,
  temp_blocks_written: count,
  io_ms: ms.meta({ description: '0 unless track_io_timing is on.' }),
  wal_bytes: count,
};

const naming = {
  queryid,
  label: z.string().nullable().meta({ description: 'The name of one of our own statements.' }),
  text: z
    .string()
    .nullable()
    .meta({ description: 'Normalised: constants are $1, $2 …; literals of utility statements are masked.' }),
};

const slowStatement = z.object({
  ...naming,
  is_toplevel: z
    .boolean()
    .meta({ description: 'false: another statement called it, and the time of that has its own in it.' }),
  roles: z.array(z.string()),
  time_share: z
    .number()
    .nullable()
    .meta({ description: 'Of the execution time of all statements that clients sent.' }),
  ...figures,
  timeouts: count.meta({ description: 'Of the label, as the application has counted them.' }),
  lock_timeouts: count,
  deadlocks: count,
});

const statementError = z.object({
  label: z.string(),
  error: z.enum(['statement_timeout', 'lock_timeout', 'deadlock']),
  count,
  last_at: at,
});

export const slowStatementsSchema = z
  .object({
    ...about,
    statements: z.array(slowStatement),
    failed: z
      .array(statementError)
      .meta({
        description: 'What did not end well is not in the figures: pg_stat_statements does not see it.',
      }),
  })
  .meta({ id: 'SlowStatements' });
export type SlowStatementsDto = z.infer<typeof slowStatementsSchema>;

export const regressedStatementsSchema = z
  .object({
    ...about,
    baseline_from: at,
    baseline_until: at,
    statements: z.array(
      z.object({
        ...naming,
        is_toplevel: z.boolean(),
        calls: count,
        mean_ms: ms,
        baseline_calls: count,
        baseline_mean_ms: ms,
        ratio: z.number(),
        lost_ms: ms.meta({ description: 'What all its calls would have been shorter, as fast as before.' }),
      }),
    ),
  })
  .meta({ id: 'RegressedStatements' });
export type RegressedStatementsDto = z.infer<typeof regressedStatementsSchema>;

export const newStatementsSchema = z
  .object({ ...about, statements: z.array(z.object({ ...naming, first_seen_at: at, ...figures })) })
  .meta({ id: 'NewStatements' });
export type NewStatementsDto = z.infer<typeof newStatementsSchema>;

export const statementErrorsSchema = z
  .object({
    ...about,
    deadlocks: count.meta({ description: 'Of the whole database, by its own count: also those of others.' }),
    errors: z.array(statementError),
  })
  .meta({ id: 'StatementErrors' });
export type StatementErrorsDto = z.infer<typeof statementErrorsSchema>;

const knownPlan = {
  fingerprint: z.string().meta({ description: 'The same for plans of the same nodes, tables and indexes.' }),
  cost: z.number(),
  indexes: z.array(z.string()),
  seen_at: at,
  plan: z.unknown().meta({ description: 'As EXPLAIN (FORMAT JSON) has it, for any values.' }),
};
const planChange = z.object({
  queryid,
  label: naming.label,
  ...knownPlan,
  previous: z.object(knownPlan).nullable(),
  lost_indexes: z.array(z.string()).meta({ description: 'Of the plan before, that are not there any more.' }),
});

export const planChangesSchema = z
  .object({ ...about, changes: z.array(planChange) })
  .meta({ id: 'PlanChanges' });
export type PlanChangesDto = z.infer<typeof planChangesSchema>;

export const statementSchema = z
  .object({
    ...about,
    ...naming,
    kind: z.enum(['plannable', 'utility', 'unknown']),
    is_masked: z.boolean(),
    is_truncated: z.boolean(),
    first_seen_at: at.nullable().meta({ description: 'null: it was there when we began to look.' }),
    is_gone: z.boolean().meta({ description: 'Evicted from pg_stat_statements, or reset.' }),
    totals: z
      .array(slowStatement)
      .meta({ description: 'One entry, or two where it is also called by others.' }),
    step_seconds: z.number().int(),
    series: z.array(z.object({ at, ...figures })),
    plans: z
      .array(planChange)
      .meta({ description: 'Those that came up in the range, newest first; 10 at most.' }),
  })
  .meta({ id: 'Statement' });
export type StatementDto = z.infer<typeof statementSchema>;

export const statementPlanSchema = z
  .object({
    as_of: at,
    limits: about.limits,
    queryid,
    fingerprint: z.string(),
    cost: z.number(),
    indexes: z.array(z.string()),
    plan: z.unknown(),
  })
  .meta({ id: 'StatementPlan' });
export type StatementPlanDto = z.infer<typeof statementPlanSchema>;
