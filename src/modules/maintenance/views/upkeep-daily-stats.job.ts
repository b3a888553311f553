import { z } from 'zod';
import type { Job, JobContext, JobReport, JobStep } from '../../../kernel/tasks/job.js';
import { DailyStatsRepository, type DailyUpkeep, type MarkedDay } from './daily-stats.repository.js';

const TABLE = 'public.user_daily_stats';
/** About a second of reading. */
const MARK_ROWS = 50_000;
const LISTED_DAYS = 500;
const MEASURED_ROWS = 1_000_000;

const parameters = z.strictObject({
  /** Counts every day that retention has left whole, also where nothing is known to have changed. */
  everything: z.boolean().default(false),
});
type Parameters = z.infer<typeof parameters>;

/**
 * Keeps the plan's daily figures exact at the cost of the days that have changed. First their days are marked, beside those
 * that triggers have marked; then each marked day is counted anew and unmarked, in one statement. Killed anywhere, the marks
 * say what is left.
 */
export class UpkeepDailyStatsJob implements Job<Parameters> {
  readonly name = 'upkeep-daily-stats';
  readonly description =
    'Counts anew, in user_daily_stats, the days that have changed since the last run. Rows: days counted.';
  readonly schedule = '7 * * * *';
  readonly missed = 'catch-up';
  readonly weight = 'light';
  readonly timeoutMs = 1_800_000;
  readonly retries = 2;
  readonly parameters = parameters;

  async plan(context: JobContext, { everything }: Parameters): Promise<readonly JobStep[]> {
    const repository = new DailyStatsRepository(context);
    const { countedTo, isForeign } = await repository.upkeep();
    if (everything || isForeign) return [stepOf('all days are to be counted')];
    const { marked, written } = await repository.measure(countedTo, MEASURED_ROWS);
    const more = Number(written) === MEASURED_ROWS ? ' or more' : '';
    if (marked === '0' && written === '0') return [];
    return [stepOf(`${marked} days are marked, and ${written}${more} attempts were written since`)];
  }

  async run(context: JobContext, { everything }: Parameters): Promise<JobReport> {
    const startedAt = performance.now();
    const state = await new DailyStatsRepository(context).upkeep();
    if (everything || state.isForeign) await markAll(context, state);
    else await markWritten(context, state);
    const { counted, changed } = await recountMarked(context);
    const summary = `Counted ${counted} days of users; ${changed} rows are other than before.`;
    return {
      rows: counted,
      steps: counted === 0 ? [] : [stepOf(`${counted} days had changed`)],
      summary,
      details: { changed, durationMs: Math.round(performance.now() - startedAt) },
    };
  }
}

const markAll = (context: JobContext, { ended }: DailyUpkeep) =>
  context.transaction({ work: 'maintenance' }, async (tx) => {
    const repository = new DailyStatsRepository(tx);
    await repository.markAllDays();
    await repository.moveUpkeep(ended);
  });

/**
 * In steps of whole transactions, by their ids. One that was running when the first step began may have ended since, behind
 * the step that looked at its id: the next run looks again from there on. What it finds twice is counted twice, to the same.
 */
async function markWritten(context: JobContext, { countedTo, ended }: DailyUpkeep): Promise<void> {
  for (let from: string | null = countedTo; from !== null;) {
    context.signal.throwIfAborted();
    const start: string = from;
    from = await context.transaction({ work: 'maintenance' }, async (tx) => {
      const repository = new DailyStatsRepository(tx);
      const upTo = await repository.markWrittenDays(start, MARK_ROWS);
      const next = upTo === null ? null : String(BigInt(upTo) + 1n);
      await repository.moveUpkeep(next !== null && BigInt(next) < BigInt(ended) ? next : ended);
      return next;
    });
  }
}

async function recountMarked(context: JobContext): Promise<{ counted: number; changed: number }> {
  const done = { counted: 0, changed: 0 };
  let after: MarkedDay | null = null;
  const isRetained = await new DailyStatsRepository(context).hasRetention();
  for (;;) {
    const days: MarkedDay[] = await new DailyStatsRepository(context).listMarked(after, LISTED_DAYS);
    for (const day of days) {
      context.signal.throwIfAborted();
      done.changed += await context.transaction({ work: 'maintenance' }, (tx) =>
        new DailyStatsRepository(tx).recount(day, isRetained),
      );
      done.counted++;
      context.progress(`counted ${done.counted} days of users`, done.counted);
    }
    after = days.at(-1) ?? null;
    if (after === null || days.length < LISTED_DAYS) return done;
  }
}

const stepOf = (reason: string): JobStep => ({
  action: 'recount',
  target: TABLE,
  reason,
  sql: `INSERT INTO ${TABLE} … SELECT … FROM public.delivery_attempts … ON CONFLICT (user_id, date) DO UPDATE …`,
});
