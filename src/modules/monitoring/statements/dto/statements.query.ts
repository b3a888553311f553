import { z } from 'zod';
import { queryInstant } from '../../../../kernel/http/query-values.js';
import { queryInteger, validationError } from '../../../../kernel/http/validation.js';

// The order of the plan's list first.
export const orders = ['mean', 'total', 'calls', 'io', 'temp', 'wal'] as const;

const range = {
  from: queryInstant
    .optional()
    .meta({
      description: 'Turns of the collector that ended from then on; 24 hours before `until` without it.',
    }),
  until: queryInstant.optional().meta({ description: 'And before then; now without it.' }),
};
const limit = (byDefault: number) =>
  queryInteger(1, 100)
    .default(byDefault)
    .meta({ description: `Entries at most, ${byDefault} by default.` });

const number = (min: number, max: number) => {
  const message = `must be a number from ${min} to ${max}`;
  return z
    .string(message)
    .refine((text) => /^\d{1,9}(\.\d{1,6})?$/.test(text), message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message))
    .meta({ type: 'number', minimum: min, maximum: max });
};

/** The plan's: slower than a second by mean. */
export const SLOW_MS = 1000;

export const slowStatementsQuerySchema = z.strictObject({
  ...range,
  order: z
    .enum(orders, `must be one of ${orders.join(', ')}`)
    .default('mean')
    .meta({
      description:
        'What the most of comes first: mean or total execution time, calls, I/O, temporary files, WAL.',
    }),
  min_mean_ms: number(0, 1e6)
    .optional()
    .meta({
      description: `Only what takes as long by mean; ${SLOW_MS} without it in the order of the mean, else 0.`,
    }),
  limit: limit(20),
});
export type SlowStatementsQuery = z.output<typeof slowStatementsQuerySchema>;

export const regressedQuerySchema = z.strictObject({
  ...range,
  baseline_from: queryInstant
    .optional()
    .meta({ description: 'Begin of what it is compared with; 7 days before `from` without it.' }),
  baseline_until: queryInstant.optional().meta({ description: 'And its end; `from` without it.' }),
  min_calls: queryInteger(1, 1_000_000)
    .default(20)
    .meta({ description: 'Calls in either range; 20 by default.' }),
  min_ms: number(0, 1e6).default(5).meta({ description: 'By which the mean has grown; 5 by default.' }),
  min_ratio: number(1, 1e6).default(2).meta({ description: 'Times what it was; 2 by default.' }),
  limit: limit(20),
});
export type RegressedQuery = z.output<typeof regressedQuerySchema>;

export const statementsRangeQuerySchema = z.strictObject({ ...range, limit: limit(50) });
export type StatementsRangeQuery = z.output<typeof statementsRangeQuerySchema>;

export const statementQuerySchema = z.strictObject(range);
export type StatementQuery = z.output<typeof statementQuerySchema>;

const idMessage = 'must be a queryid of pg_stat_statements, a whole number';
const isInt8 = (text: string) =>
  /^(0|-?[1-9]\d{0,18})$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);

export const queryidParamSchema = z.object({
  queryid: z.string(idMessage).refine(isInt8, idMessage).meta({ example: '-6883219104827093481' }),
});
export type QueryidParam = z.output<typeof queryidParamSchema>;

/** Throws 400 where it is empty. */
export function assertRange(from: string, until: string, field = 'until'): void {
  // As PostgreSQL has written them, with all their microseconds.
  if (Date.parse(from) > Date.parse(until) || from === until)
    throw validationError(field, 'must be after the begin of the range');
}
