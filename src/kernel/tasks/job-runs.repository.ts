import { Inject, Injectable } from '@nestjs/common';
import { Database, type QueryRunner } from '../database/database.js';
import { unnamed, type Sql } from '../database/sql.js';
import type { Fence } from './fence.js';
import type { JobReport } from './job.js';
import type { RunProgress } from './job-state.js';
import { addJobs } from './queries/add-jobs.sql.js';
import { attachBackend } from './queries/attach-backend.sql.js';
import { cancelStatement } from './queries/cancel-statement.sql.js';
import { checkFence } from './queries/check-fence.sql.js';
import { claimRun, type ClaimedRunRow } from './queries/claim-run.sql.js';
import { endBackend } from './queries/end-backend.sql.js';
import { failRun, type Failure } from './queries/fail-run.sql.js';
import { finishRun } from './queries/finish-run.sql.js';
import { giveBackRun } from './queries/give-back-run.sql.js';
import { listExpiredRuns, type ExpiredRunRow } from './queries/list-expired-runs.sql.js';
import { listJobs, type JobRow } from './queries/list-jobs.sql.js';
import { queueSlots } from './queries/queue-slots.sql.js';
import { renewLease } from './queries/renew-lease.sql.js';
import { skipSupersededRuns } from './queries/skip-superseded-runs.sql.js';
import { takeOverRun } from './queries/take-over-run.sql.js';

/** The ledger as those who run jobs use it. What changes a run takes its fence, and says whether it was still theirs. */
@Injectable()
export class JobRunsRepository {
  constructor(@Inject(Database) private readonly database: QueryRunner) {}

  async addJobs(names: readonly string[]): Promise<void> {
    await this.query(addJobs(names));
  }

  jobs(): Promise<JobRow[]> {
    return this.query(listJobs());
  }

  /** Whether there is now something to run. */
  async queueSlots(p: Parameters<typeof queueSlots>[0]): Promise<boolean> {
    return (await this.query(queueSlots(p))).some(({ state }) => state === 'queued');
  }

  async skipSuperseded(lateMs: number): Promise<void> {
    await this.query(skipSupersededRuns(lateMs));
  }

  async claim(p: Parameters<typeof claimRun>[0]): Promise<ClaimedRunRow | undefined> {
    return (await this.query(claimRun(p)))[0];
  }

  /** undefined: it is no longer ours. */
  async renew(
    fence: Fence,
    p: { leaseMs: number; progress: RunProgress | null },
  ): Promise<{ cancelledBy: string | null } | undefined> {
    return (await this.query(renewLease({ ...fence, ...p })))[0];
  }

  async succeed(fence: Fence, report: JobReport): Promise<boolean> {
    return (await this.query(finishRun(fence, report))).length > 0;
  }

  async fail(fence: Fence, failure: Failure): Promise<boolean> {
    return (await this.query(failRun(fence, failure))).length > 0;
  }

  async giveBack(fence: Fence, dueInMs: number): Promise<void> {
    await this.query(giveBackRun(fence, dueInMs));
  }

  expired(jobs: readonly string[]): Promise<ExpiredRunRow[]> {
    return this.query(listExpiredRuns(jobs));
  }

  async takeOver(fence: Fence, isRetried: boolean, message: string): Promise<string | undefined> {
    return (await this.query(takeOverRun(fence, isRetried, message)))[0]?.state;
  }

  /** Throws where this role may not. */
  async endBackend(fence: Fence): Promise<void> {
    await this.query(endBackend(fence));
  }

  async cancelStatement(fence: Fence): Promise<void> {
    await this.query(cancelStatement(fence));
  }

  /** For a run's own session and its transactions. */
  async attachBackend(session: QueryRunner, fence: Fence): Promise<number | undefined> {
    return (await session.query(unnamed(attachBackend(fence))))[0]?.pid;
  }

  async isOurs(session: QueryRunner, fence: Fence, mode: 'lock' | 'look'): Promise<boolean> {
    return (await session.query(checkFence(fence, mode))).length > 0;
  }

  async succeedIn(tx: QueryRunner, fence: Fence, report: JobReport): Promise<boolean> {
    return (await tx.query(finishRun(fence, report))).length > 0;
  }

  private query<Row>(statement: Sql<Row>): Promise<Row[]> {
    return this.database.query(unnamed(statement));
  }
}
