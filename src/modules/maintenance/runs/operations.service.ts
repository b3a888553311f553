import { Injectable } from '@nestjs/common';
import { AuditLogRepository, type Author } from '../../../kernel/audit/audit-log.repository.js';
import { Database, type QueryRunner } from '../../../kernel/database/database.js';
import { Jobs } from '../../../kernel/tasks/jobs.js';
import type { AskRunBody } from './dto/ask-run.body.js';
import type { AcceptedRunDto, RunDetailsDto } from './dto/run.dto.js';
import { OperatorsRepository } from './operators.repository.js';
import { operatorGone } from './runs.errors.js';
import { toRunDetailsDto } from './run-dtos.js';

/** `ask` as the job's own routes make it: `parameters` by the schema of the route. */
export type Ask = Pick<AskRunBody, 'dry_run' | 'force' | 'reason' | 'parameters'>;

/** What operators do to jobs and runs. Each of them is in the audit log, or has not happened. */
@Injectable()
export class Operations {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
  ) {}

  /**
   * Returns when the run is in the ledger; it goes on in the background. Throws 404 job_not_found, 400 validation_error, and
   * 409 job_is_continuous, outside_window, job_paused, job_running.
   */
  ask(author: Author, job: string, { dry_run, force, reason, parameters }: Ask): Promise<AcceptedRunDto> {
    return this.recorded(author, async (tx, log) => {
      const request = { parameters, dryRun: dry_run, force, askedBy: nameOf(author), ...given({ reason }) };
      const { runId } = await this.jobs.runNow(job, request, tx);
      const after = { run_id: runId, dry_run, force, parameters };
      await log.record({
        ...author,
        action: 'run.requested',
        resourceType: 'run',
        resourceId: null,
        name: job,
        reason,
        after,
      });
      return { run_id: runId, job, dry_run };
    });
  }

  /** A run that is under way ends soon after. Throws 404 run_not_found and 409 run_is_over. */
  async cancel(author: Author, runId: string): Promise<RunDetailsDto> {
    await this.recorded(author, async (tx, log) => {
      const { job, state } = await this.jobs.run(runId);
      await this.jobs.cancel(runId, nameOf(author), tx);
      const change = { before: { state }, after: { run_id: runId, cancelled: true } };
      await log.record({
        ...author,
        action: 'run.cancel_requested',
        resourceType: 'run',
        resourceId: null,
        name: job,
        ...change,
      });
    });
    return toRunDetailsDto(await this.jobs.run(runId));
  }

  /** null: all jobs. A run that is under way goes on. Throws 404 job_not_found. */
  pause(author: Author, job: string | null, reason: string | undefined): Promise<void> {
    return this.recorded(author, async (tx, log) => {
      await this.jobs.pause(job, nameOf(author), reason ?? null, tx);
      await log.record({ ...author, ...ofJob(job), action: 'job.paused', reason });
    });
  }

  /** null: all jobs, but not those that are paused by their own. Throws 404 job_not_found. */
  resume(author: Author, job: string | null): Promise<void> {
    return this.recorded(author, async (tx, log) => {
      await this.jobs.resume(job, nameOf(author), tx);
      await log.record({ ...author, ...ofJob(job), action: 'job.resumed' });
    });
  }

  /**
   * A change of an operator and its entry in the audit log, in one transaction. Throws 403 admin_only: a token may be a day old,
   * and whoever changes something must still be an administrator.
   */
  recorded<T>(author: Author, change: (tx: QueryRunner, log: AuditLogRepository) => Promise<T>): Promise<T> {
    return this.database.transaction({}, async (tx) => {
      const isOperator = author.userId === null || (await new OperatorsRepository(tx).lock(author.userId));
      if (!isOperator) throw operatorGone();
      return change(tx, new AuditLogRepository(tx));
    });
  }
}

/** As the ledger has it. */
const nameOf = ({ userId }: Author) => userId ?? 'cli';

const ofJob = (job: string | null) => ({
  resourceType: 'job' as const,
  resourceId: null,
  name: job ?? 'all jobs',
});

const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: NonNullable<T[Key]>;
  };
