import type { LeaderSession } from '../../../kernel/tasks/leader-session.js';

/** Looks at the server from time to time and keeps what it saw. One instance of the cluster does it. */
export interface Collector {
  /** Lower case with hyphens. */
  readonly name: string;
  readonly intervalMs: number;
  /**
   * One look: a few statements, each under the background time-out, that wait for no lock of the live traffic. What it
   * throws is counted and logged, and keeps no other collector from its turn.
   */
  collect(session: LeaderSession): Promise<void>;
}
