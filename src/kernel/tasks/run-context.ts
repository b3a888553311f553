import type { QueryRunner, TransactionOptions } from '../database/database.js';
import { unnamed, type Sql } from '../database/sql.js';
import { runTakenOver, type Fence } from './fence.js';
import type { CommandOptions, JobContext, JobReport } from './job.js';
import type { JobRunsRepository } from './job-runs.repository.js';
import type { RunProgress } from './job-state.js';
import { boundCommand } from './queries/bound-command.sql.js';
import { unbindCommand } from './queries/unbind-command.sql.js';
import type { RunSession } from './run-session.js';

/** What a job works with: its session, with the lock and the fence checked before each step. */
export class RunContext implements JobContext {
  /** Of the last progress(). */
  latest: RunProgress | null = null;
  /** Whether the run's success was committed by finish(). */
  isFinished = false;
  private statements = 0;
  private beating: Promise<void> = Promise.resolve();

  constructor(
    private readonly own: RunSession,
    private readonly fence: Fence,
    private readonly runs: JobRunsRepository,
    readonly signal: AbortSignal,
    private readonly isDryRun: boolean,
  ) {}

  query<Row>(statement: Sql<Row>): Promise<Row[]> {
    return this.transaction({}, (tx) => tx.query(statement));
  }

  async transaction<T>(options: TransactionOptions, run: (tx: QueryRunner) => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    const readOnly = this.isDryRun || options.readOnly === true;
    return this.busy(() =>
      this.own.leader.transaction({ ...options, readOnly }, async (tx) => {
        // A row cannot be locked where nothing may be written.
        if (!(await this.runs.isOurs(tx, this.fence, readOnly ? 'look' : 'lock')))
          throw runTakenOver(this.fence);
        return this.idle(() => run(this.guarded(tx)));
      }),
    );
  }

  async finish(run: (tx: QueryRunner) => Promise<JobReport>): Promise<JobReport> {
    const report = await this.transaction({}, async (tx) => {
      const done = await run(tx);
      if (!(await this.runs.succeedIn(tx, this.fence, done))) throw runTakenOver(this.fence);
      return done;
    });
    this.isFinished = true;
    return report;
  }

  async command(statement: Sql<never>, options: CommandOptions): Promise<void> {
    if (this.isDryRun) throw new Error('a dry run changes nothing');
    this.signal.throwIfAborted();
    const { session, leader } = this.own;
    await this.busy(async () => {
      await leader.assertLeader();
      await session.query(boundCommand(options));
      if (!(await this.runs.isOurs(session, this.fence, 'look'))) throw runTakenOver(this.fence);
      try {
        // Not prepared, so that the driver sends it as it is: VACUUM takes no other form of a statement.
        await session.query(unnamed(statement));
      } finally {
        await session.query(unbindCommand()).catch(() => undefined);
      }
    });
  }

  progress(text: string, done?: number, total?: number): void {
    this.latest = { text, done: done ?? null, total: total ?? null };
  }

  /** Keeps the server from ending the session as idle while the job does something else. Throws LeadershipLostError. */
  keepAlive(): Promise<void> {
    if (this.statements > 0) return Promise.resolve();
    const beat = this.own.leader.assertLeader();
    this.beating = beat.catch(() => undefined);
    return beat;
  }

  private guarded(tx: QueryRunner): QueryRunner {
    return {
      query: (statement) => {
        this.signal.throwIfAborted();
        return this.busy(() => tx.query(statement));
      },
    };
  }

  // The driver takes one statement at a time.
  private async busy<T>(use: () => Promise<T>): Promise<T> {
    await this.beating;
    this.statements++;
    try {
      return await use();
    } finally {
      this.statements--;
    }
  }

  private async idle<T>(use: () => Promise<T>): Promise<T> {
    this.statements--;
    try {
      return await use();
    } finally {
      await this.beating;
      this.statements++;
    }
  }
}
