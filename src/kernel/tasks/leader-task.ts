import type { LeaderSession } from './leader-session.js';

/** A recurring job of which only one instance in the cluster may run. */
export interface LeaderTask {
  /** Lower case with hyphens; names the lock, so it must stay the same from release to release. */
  readonly name: string;
  /** A sentence for an operator. */
  readonly description: string;
  /**
   * One run; returns the milliseconds until the next. It acts through `session` only: that connection holds the lock.
   * `signal` is aborted at shutdown and when the session is lost; a run that goes on for longer than a second looks at
   * it between its steps. No more than 10 s may pass between two statements, or the server takes the leader for frozen
   * and ends the session. What it throws is logged, gives the lock up, and is tried again with back-off.
   */
  run(session: LeaderSession, signal: AbortSignal): Promise<number>;
}

/** What is known of a task in this process. */
export interface LeaderTaskState {
  readonly name: string;
  readonly description: string;
  readonly isLeader: boolean;
  /** Runs that ended well, since the start of the process. */
  readonly runs: number;
  readonly failures: number;
  readonly lastRunAt: Date | null;
  readonly lastRunMs: number | null;
  readonly lastError: { readonly at: Date; readonly code: string; readonly message: string } | null;
}
