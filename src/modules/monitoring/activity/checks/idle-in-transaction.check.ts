import type { QueryRunner } from '../../../../kernel/database/database.js';
import { describeBackend } from '../../../../kernel/database/pressure.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { ActivityReads, type LongSessionRow } from '../activity.reads.js';
import { sessionLimits } from '../limits.js';
import type { ActivityBounds } from './activity-bounds.js';
import { seconds, sessionObject, terminateSql } from './fixes.js';

const MAX_FINDINGS = 50;
/** So many times the bound. */
const CRITICAL_TIMES = 10;
/** No transaction is as old. */
const NEVER_SECONDS = 1e9;

export class IdleInTransactionCheck implements Check {
  readonly name = 'idle-in-transaction';
  readonly cadence = 'minutely';
  readonly description: string;

  constructor(private readonly bounds: ActivityBounds) {
    this.description = `Sessions that have left a transaction open and done nothing in it for ${bounds.idleInTransactionSeconds} s or longer.`;
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const reads = new ActivityReads(runner);
    const rows = await reads.longSessions({
      transactionSeconds: NEVER_SECONDS,
      idleInTransactionSeconds: this.bounds.idleInTransactionSeconds,
      limit: MAX_FINDINGS,
      offset: 0,
    });
    return {
      findings: rows.map((row) => this.finding(row)),
      limits: sessionLimits(await reads.viewer(), 'sessions that are idle in a transaction are not all seen'),
    };
  }

  private finding(row: LongSessionRow): Finding {
    const bound = this.bounds.idleInTransactionSeconds;
    const idle = row.stateSeconds ?? 0;
    return {
      object: sessionObject(row),
      severity: idle >= CRITICAL_TIMES * bound ? 'critical' : 'warning',
      title: `${describeBackend({ ...row, role: row.user })} has been idle in its transaction for ${seconds(idle)}`,
      evidence: {
        idle_seconds: idle,
        bound_seconds: bound,
        transaction_seconds: row.transactionSeconds,
        xmin_age_transactions: row.xminAge,
        database: row.database,
        state: row.state,
      },
      why: 'It does nothing, and keeps its locks, its connection and the dead rows that it might still see.',
      fixSql: terminateSql(row),
      advice:
        'The program has forgotten to commit, or waits for something else meanwhile: that is to be mended there. ' +
        'idle_in_transaction_session_timeout, for its role, ends such sessions by itself.',
      action: null,
    };
  }
}
