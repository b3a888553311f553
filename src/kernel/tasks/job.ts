import { z } from 'zod';
import type { QueryRunner, TransactionOptions } from '../database/database.js';
import type { Sql } from '../database/sql.js';

/** One thing that a job does, or would do: what a dry run lists, and a run records. */
export interface JobStep {
  /** Verb first, for an operator: `vacuum`, `rebuild index`, `drop partition`. */
  readonly action: string;
  /** The object, as PostgreSQL writes its name. */
  readonly target: string;
  /** Why, with the figures that decided it. */
  readonly reason: string;
  /** The statement, for a person to read. */
  readonly sql: string;
}

/** What a run has done. */
export interface JobReport {
  /** Rows, pages or objects worked on; the job's description says which. */
  readonly rows: number;
  readonly steps: readonly JobStep[];
  /** One sentence: what happened, or why there was nothing to do. */
  readonly summary: string;
  /** Figures before and after, for the history. No secrets, no row values. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface CommandOptions {
  readonly lockTimeoutMs: number;
  /** For a statement that others wait for; else the run's own time-out holds. */
  readonly timeoutMs?: number;
}

/** What a run works with. Everything that it does in the database goes through here, and is refused once it is no longer the run. */
export interface JobContext extends QueryRunner {
  /** Aborted at the time-out, at shutdown, when the run is cancelled, and when it is no longer the only one. */
  readonly signal: AbortSignal;
  /** One transaction, with the run's fence in it: a run that was taken over cannot commit. */
  transaction<T>(options: TransactionOptions, run: (tx: QueryRunner) => Promise<T>): Promise<T>;
  /**
   * The run's last transaction: what it does and the run's success are committed as one, so that it is done once, also
   * when the process is killed right after. A run without it may be done again from its start.
   */
  finish(run: (tx: QueryRunner) => Promise<JobReport>): Promise<JobReport>;
  /**
   * What cannot run in a transaction, such as VACUUM or REINDEX CONCURRENTLY: without bound values, on the run's own
   * connection. Throws 503 lock_timeout when a lock is not to be had in `lockTimeoutMs`, and 503 statement_timeout when the
   * server has ended the statement after `timeoutMs`.
   */
  command(statement: Sql<never>, options: CommandOptions): Promise<void>;
  /** For who watches; `done` of `total` in the unit of the text. */
  progress(text: string, done?: number, total?: number): void;
}

/** A job of the cluster: each of its slots runs once, on one instance. */
export interface Job<Parameters = unknown> {
  /** Lower case with hyphens; stays the same from release to release. */
  readonly name: string;
  /** A sentence for an operator, with the unit of `rows`. */
  readonly description: string;
  /** Cron expression of five or six fields, in the time zone of the configuration; null: by hand only. */
  readonly schedule: string | null;
  /** What becomes of a slot that no instance was there for: the latest one is run late, or none. */
  readonly missed: 'catch-up' | 'skip';
  /**
   * `light`: may run at any time. `heavy`: reads or writes much, or waits for locks; runs in the maintenance windows only,
   * after the preflight, and is stopped when the live traffic suffers from it.
   */
  readonly weight: 'light' | 'heavy';
  /** How long others may wait for a heavy run's locks before it is stopped; 2 s unless said. */
  readonly mayBlockMs?: number;
  readonly timeoutMs: number;
  /** Further tries after a failure that may pass, with back-off. */
  readonly retries: number;
  /** What a run by hand may be given; a run by schedule has what this makes of `{}`. */
  readonly parameters: z.ZodType<Parameters>;
  /** What a run would do now; changes nothing. */
  plan(context: JobContext, parameters: Parameters): Promise<readonly JobStep[]>;
  run(context: JobContext, parameters: Parameters): Promise<JobReport>;
}

export const noParameters = z.strictObject({});
