import { Injectable } from '@nestjs/common';
import { Database, type QueryRunner } from '../database/database.js';
import { unnamed, type Sql } from '../database/sql.js';
import type {
  DatabaseProgress,
  JobPause,
  RunDetails,
  RunFilter,
  RunOutcome,
  RunRequest,
  RunState,
} from './job-state.js';
import { askRun, type AskedRunRow } from './queries/ask-run.sql.js';
import { cancelRun } from './queries/cancel-run.sql.js';
import { findRun } from './queries/find-run.sql.js';
import { listJobs, type JobRow } from './queries/list-jobs.sql.js';
import { listLastSuccesses, type LastSuccessRow } from './queries/list-last-successes.sql.js';
import { listLatestRuns } from './queries/list-latest-runs.sql.js';
import { listRuns } from './queries/list-runs.sql.js';
import { lockJob } from './queries/lock-job.sql.js';
import { pauseJob } from './queries/pause-job.sql.js';
import { readDatabaseProgress } from './queries/read-database-progress.sql.js';
import { resumeJob } from './queries/resume-job.sql.js';
import type { RunRow } from './queries/run-columns.js';

export const ALL_JOBS = '*';

/** The jobs and runs of the cluster, as operators see and steer them. */
@Injectable()
export class JobLedger {
  constructor(private readonly database: Database) {}

  async pauses(): Promise<Pauses> {
    return new Pauses(await this.query(listJobs()));
  }

  /** Nobody waits for it. */
  lastSuccesses(): Promise<LastSuccessRow[]> {
    return this.database.background.query(unnamed(listLastSuccesses()));
  }

  async latest(jobs: readonly string[]): Promise<RunState[]> {
    return (await this.query(listLatestRuns(jobs))).map(toState);
  }

  async runs(filter: RunFilter): Promise<RunState[]> {
    return (await this.query(listRuns(filter))).map(toState);
  }

  async run(runId: string): Promise<RunDetails | null> {
    const [row] = await this.query(findRun(runId));
    if (row === undefined) return null;
    const { steps, details, progress, backendPid } = row;
    const databaseProgress = backendPid === null ? null : await this.databaseProgress(backendPid);
    return { ...toState(row), steps, details, progress, databaseProgress };
  }

  async ask(job: string, request: RunRequest, tx?: QueryRunner): Promise<AskedRunRow> {
    if (tx === undefined) return this.database.transaction({}, (own) => this.ask(job, request, own));
    const { parameters = {}, dryRun, force, askedBy, reason = null } = request;
    const asked = { job, parameters, isDryRun: dryRun, isForced: force, askedBy, reason };
    // One after the other: the second sees what the first has asked for.
    await tx.query(unnamed(lockJob(job)));
    const [row] = await tx.query(unnamed(askRun(asked)));
    return row ?? { runId: null, openRunId: null };
  }

  /** The run's state then; undefined: it has ended before, or there is none. */
  async cancel(runId: string, by: string | null, tx?: QueryRunner): Promise<string | undefined> {
    return (await this.query(cancelRun({ runId, by }), tx))[0]?.state;
  }

  async pause(name: string, by: string | null, reason: string | null, tx?: QueryRunner): Promise<void> {
    await this.query(pauseJob({ name, by, reason }), tx);
  }

  async resume(name: string, tx?: QueryRunner): Promise<void> {
    await this.query(resumeJob(name), tx);
  }

  private async databaseProgress(pid: number): Promise<DatabaseProgress | null> {
    const [row] = await this.query(readDatabaseProgress(pid));
    if (row === undefined) return null;
    const { phase, ...figures } = row.figures;
    const number = (name: string) => (typeof figures[name] === 'number' ? figures[name] : null);
    return {
      command: row.command,
      phase: typeof phase === 'string' ? phase : 'not visible to this role',
      target: row.target,
      blocksDone: number('heap_blks_scanned') ?? number('sample_blks_scanned') ?? number('blocks_done'),
      blocksTotal: number('heap_blks_total') ?? number('sample_blks_total') ?? number('blocks_total'),
      figures,
    };
  }

  private query<Row>(statement: Sql<Row>, runner: QueryRunner = this.database): Promise<Row[]> {
    return runner.query(unnamed(statement));
  }
}

/** Who is paused, at one moment. */
export class Pauses {
  constructor(private readonly rows: readonly JobRow[]) {}

  of(job: string): JobPause | null {
    return this.pauseOf(ALL_JOBS, 'all') ?? this.pauseOf(job, 'job');
  }

  private pauseOf(name: string, scope: JobPause['scope']): JobPause | null {
    const row = this.rows.find((one) => one.name === name);
    if (row === undefined || row.pausedAt === null) return null;
    return { since: row.pausedAt, by: row.pausedBy, reason: row.pauseReason, scope };
  }
}

export function toState({ errorCode, errorMessage, state, ...row }: RunRow): RunState {
  const { id, job, scheduledFor, attempt, askedBy, reason, isDryRun, isForced, parameters, instance } = row;
  const { queuedAt, dueAt, startedAt, finishedAt, durationMs, rows, summary, cancelledBy } = row;
  return {
    ...{ id, job, scheduledFor, attempt, askedBy, reason, isDryRun, isForced, parameters, instance },
    ...{ queuedAt, dueAt, startedAt, finishedAt, durationMs, rows, summary, cancelledBy },
    state: state as RunOutcome,
    error: errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' },
  };
}
