import { createHash, randomUUID } from 'node:crypto';
import type { QueryRunner, TransactionOptions } from '../database/database.js';
import type { DedicatedSession } from '../database/dedicated-session.js';
import { unnamed, type Sql } from '../database/sql.js';
import { checkLeaderLock } from './queries/check-leader-lock.sql.js';
import { takeLeaderLock, type LeaderLock } from './queries/take-leader-lock.sql.js';

/** The lock is not where it was taken; the message says what to do. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError';
  readonly code = 'leadership_lost';
  constructor() {
    super(
      'the session no longer holds its lock. Behind a pooler in transaction mode (PgBouncer) it cannot: give the ' +
        'address of PostgreSQL itself, or of a pool in session mode, in DATABASE_DIRECT_URL',
    );
  }
}

/**
 * The session that holds a task's lock. Who has lost the lock has lost this connection, and cannot act: no clock and no
 * lease is trusted.
 */
export class LeaderSession implements QueryRunner {
  private readonly lock: LeaderLock;

  constructor(
    private readonly session: DedicatedSession,
    taskName: string,
  ) {
    this.lock = {
      classId: leaderLockClass(),
      objectId: keyOf(taskName),
      marker: randomUUID(),
    };
  }

  async takeLock(): Promise<boolean> {
    const [row] = await this.session.query(unnamed(takeLeaderLock(this.lock)));
    return row?.held ?? false;
  }

  /** Throws LeadershipLostError. Also keeps the server from ending the session as idle. */
  async assertLeader(runner: QueryRunner = this.session): Promise<void> {
    const [row] = await runner.query(unnamed(checkLeaderLock(this.lock)));
    if (row?.held !== true) throw new LeadershipLostError();
  }

  /** One statement in its own transaction. */
  query<Row>(statement: Sql<Row>): Promise<Row[]> {
    return this.session.query(statement);
  }

  /** All of `run` in one transaction, which is known to be the leader's. */
  transaction<T>(options: TransactionOptions, run: (tx: QueryRunner) => Promise<T>): Promise<T> {
    return this.session.transaction(options, async (tx) => {
      await this.assertLeader(tx);
      return run(tx);
    });
  }
}

/** Of the advisory locks of all leader tasks and jobs, the first of their two keys. */
export const leaderLockClass = () => keyOf('ethhook-admin tasks');

/** The same in every process and version; hashtext() is not promised to be. */
const keyOf = (text: string) => createHash('sha256').update(text).digest().readInt32BE();
