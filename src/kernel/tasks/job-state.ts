import type { JobStep } from './job.js';
import type { LeaderTaskState } from './leader-task.js';

// Times are RFC 3339 in UTC.

export type RunOutcome =
  'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'skipped' | 'abandoned';

export interface JobPause {
  readonly since: string;
  readonly by: string | null;
  readonly reason: string | null;
  /** `all`: every job is paused, and this one with them. */
  readonly scope: 'job' | 'all';
}

export interface JobState {
  readonly name: string;
  readonly description: string;
  /** `continuous`: no run by run; one instance does it all the time. */
  readonly kind: 'scheduled' | 'by-hand' | 'continuous';
  /** As configured; null: by hand, or continuous. */
  readonly schedule: string | null;
  /** JSON Schema of what a run by hand may be given; null: continuous. */
  readonly parameters: Readonly<Record<string, unknown>> | null;
  readonly missed: 'catch-up' | 'skip';
  readonly weight: 'light' | 'heavy';
  readonly timeoutMs: number | null;
  readonly retries: number;
  readonly paused: JobPause | null;
  readonly nextRunAt: string | null;
  /** The latest that has ended, dry runs left out. */
  readonly lastRun: RunState | null;
  readonly running: RunState | null;
  /** Of this instance; null: not continuous. */
  readonly continuous: LeaderTaskState | null;
}

export interface RunState {
  readonly id: string;
  readonly job: string;
  /** The slot; null: by hand. */
  readonly scheduledFor: string | null;
  readonly state: RunOutcome;
  /** From 1; 0 before the first. */
  readonly attempt: number;
  /** A user's id or `cli`; null: by schedule. */
  readonly askedBy: string | null;
  readonly reason: string | null;
  readonly isDryRun: boolean;
  readonly isForced: boolean;
  readonly parameters: unknown;
  readonly instance: string | null;
  readonly queuedAt: string;
  /** When a queued run may begin. */
  readonly dueAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** Of the last attempt. */
  readonly durationMs: number | null;
  readonly rows: number | null;
  readonly summary: string | null;
  readonly cancelledBy: string | null;
  /** Of the last attempt that ended badly, also where a later one did well; or why it was skipped. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface RunProgress {
  readonly text: string;
  readonly done: number | null;
  readonly total: number | null;
}

/** What PostgreSQL itself tells of the command that a run waits for. */
export interface DatabaseProgress {
  readonly command: 'VACUUM' | 'ANALYZE' | 'CREATE INDEX' | 'CLUSTER';
  readonly phase: string;
  /** The table or index, as PostgreSQL writes its name; null: not visible to this role. */
  readonly target: string | null;
  readonly blocksDone: number | null;
  readonly blocksTotal: number | null;
  /** The rest as PostgreSQL has it, which differs by version. */
  readonly figures: Readonly<Record<string, unknown>>;
}

export interface RunDetails extends RunState {
  readonly steps: readonly JobStep[];
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly progress: RunProgress | null;
  readonly databaseProgress: DatabaseProgress | null;
}

export interface RunRequest {
  /** As the client sent them; the job's schema decides. */
  readonly parameters: unknown;
  readonly dryRun: boolean;
  /** Also outside the windows, while paused, and where the preflight says no. */
  readonly force: boolean;
  /** A user's id; `cli`; null: not known. */
  readonly askedBy: string | null;
  readonly reason?: string;
}

export interface RunFilter {
  readonly job?: string;
  readonly outcome?: RunOutcome;
  /** The id of the last run of the page before. */
  readonly before?: string;
  readonly limit: number;
}

/** These stay as they are. */
export const isFinal = (state: RunOutcome) => state !== 'queued' && state !== 'running';
