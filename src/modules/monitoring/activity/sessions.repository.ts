import type { QueryRunner } from '../../../kernel/database/database.js';
import { leaderLockClass } from '../../../kernel/tasks/leader-session.js';
import { findSession, type SignalledSessionRow } from './queries/find-session.sql.js';
import { signalSession, type SessionSignal } from './queries/signal-session.sql.js';

export type { SessionSignal, SignalledSessionRow };

export class SessionsRepository {
  constructor(private readonly tx: QueryRunner) {}

  async find(pid: number): Promise<SignalledSessionRow | undefined> {
    const [row] = await this.tx.query(findSession({ pid, leaderLockClass: leaderLockClass() }));
    return row;
  }

  /** Whether it was there to be signalled. */
  async signal(p: { pid: number; backendStart: string; signal: SessionSignal }): Promise<boolean> {
    const [row] = await this.tx.query(signalSession(p));
    return row?.sent ?? false;
  }
}
