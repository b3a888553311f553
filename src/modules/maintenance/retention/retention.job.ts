import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { APP_CONFIG, type AppConfig } from '../../../kernel/config/config.js';
import { DomainError } from '../../../kernel/errors/domain-error.js';
import type { Job, JobContext, JobReport, JobStep } from '../../../kernel/tasks/job.js';
import { obstaclesOf } from './obstacles.js';
import { RetentionReadModel, type RetentionEstimate } from './retention.read-model.js';
import { RetentionRun, type Removed } from './retention-run.js';

/** Windows of 30 days, the longest that most look at, stay exact to the microsecond, with some days for late retries. */
const MIN_DAYS = 35;

const parameters = z.strictObject({
  /** Instead of RETENTION_DAYS. */
  days: z.number().int().min(MIN_DAYS).max(36_500).optional(),
});
type Parameters = z.infer<typeof parameters>;

/** Removes events older than some days with their attempts. The figures stay: the fold keeps what was counted of them. */
@Injectable()
export class RetentionJob implements Job<Parameters> {
  readonly name = 'retention';
  readonly description =
    'Removes attempts and events older than RETENTION_DAYS; their figures stay. Rows are attempts. Off with 0 days.';
  readonly schedule = '0 4 * * *';
  readonly missed = 'skip';
  readonly weight = 'heavy';
  readonly timeoutMs = 4 * 3_600_000;
  readonly retries = 2;
  readonly parameters = parameters;

  constructor(@Inject(APP_CONFIG) private readonly config: Pick<AppConfig, 'maintenance' | 'statistics'>) {}

  async plan(context: JobContext, { days = this.days }: Parameters): Promise<readonly JobStep[]> {
    if (days === 0) return [];
    return stepsOf(await new RetentionReadModel(context).estimate(days));
  }

  /** Throws 409 retention_refused where figures, or rows of other tables, would be lost. */
  async run(context: JobContext, { days = this.days }: Parameters): Promise<JobReport> {
    if (days === 0) return { rows: 0, steps: [], summary: 'RETENTION_DAYS is 0: nothing is removed.' };
    await assertUnobstructed(context);
    const model = new RetentionReadModel(context);
    const before = await model.cutoff(days);
    const run = new RetentionRun(
      context,
      before,
      this.config.statistics.maxTailRows,
      await model.estimatedAttempts(),
    );
    return reportOf(before, await run.toTheEnd());
  }

  private get days(): number {
    return this.config.maintenance.retentionDays;
  }
}

async function assertUnobstructed(context: JobContext): Promise<void> {
  const [obstacle] = await obstaclesOf(context);
  if (obstacle !== undefined) throw refused(obstacle);
}

const refused = (reason: string) => new DomainError('conflict', 'retention_refused', reason);

const number = (value: number) => value.toLocaleString('en-US');
const megabytes = (bytes: number) => `${number(Math.round(bytes / 1024 / 1024))} MB`;

function stepsOf({ before, tables, pendingEvents, users }: RetentionEstimate): JobStep[] {
  const removals = tables.map(({ table, rows, ofRows, bytes }) => ({
    action: 'remove rows',
    target: `public.${table}`,
    reason:
      `events ingested before ${before}: ${table === 'events' ? 'about' : 'at most'} ${number(rows)} of ${number(ofRows)} rows, ` +
      `about ${megabytes(bytes)} with indexes; ${number(pendingEvents)} events without an outcome stay`,
    sql: `DELETE FROM public.${table} … in batches`,
  }));
  const kept = users.map(({ userId, attempts, events }) => ({
    action: 'keep figures',
    target: `user ${userId}`,
    reason: `${number(attempts)} attempts of ${number(events)} events leave the lists; totals, days and hours stay`,
    sql: '',
  }));
  return [...removals, ...kept];
}

function reportOf(before: string, { attempts, events, batches, vacuums }: Removed): JobReport {
  return {
    rows: attempts,
    steps: (['delivery_attempts', 'events'] as const).map((table) => ({
      action: 'remove rows',
      target: `public.${table}`,
      reason: `${number(table === 'events' ? events : attempts)} rows of events ingested before ${before}`,
      sql: `DELETE FROM public.${table} … in batches`,
    })),
    summary: `${number(attempts)} attempts and ${number(events)} events from before ${before} were removed; their figures stay.`,
    details: { before, attempts, events, batches, vacuums },
  };
}
