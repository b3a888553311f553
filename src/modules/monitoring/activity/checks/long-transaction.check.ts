import type { QueryRunner } from '../../../../kernel/database/database.js';
import { describeBackend } from '../../../../kernel/database/pressure.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { ActivityReads, type LongSessionRow } from '../activity.reads.js';
import { sessionLimits } from '../limits.js';
import type { ActivityBounds } from './activity-bounds.js';
import { seconds, sessionObject, terminateSql } from './fixes.js';

const MAX_FINDINGS = 50;
/** So many times the bound. */
const CRITICAL_TIMES = 12;

/** Those that are idle are another check's; commands of maintenance take long by their nature. */
export class LongTransactionCheck implements Check {
  readonly name = 'long-transaction';
  readonly cadence = 'minutely';
  readonly description: string;

  constructor(private readonly bounds: ActivityBounds) {
    this.description = `Transactions that have been at work for ${bounds.longTransactionSeconds} s or longer.`;
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const reads = new ActivityReads(runner);
    const rows = await reads.longSessions({
      transactionSeconds: this.bounds.longTransactionSeconds,
      idleInTransactionSeconds: this.bounds.longTransactionSeconds,
      limit: MAX_FINDINGS,
      offset: 0,
    });
    const busy = rows.filter((row) => row.isLongTransaction && !row.isMaintenance && !isIdle(row));
    return {
      findings: busy.map((row) => this.finding(row)),
      limits: sessionLimits(await reads.viewer(), 'long transactions are not all seen'),
    };
  }

  private finding(row: LongSessionRow): Finding {
    const bound = this.bounds.longTransactionSeconds;
    const age = row.transactionSeconds ?? 0;
    return {
      object: sessionObject(row),
      severity: age >= CRITICAL_TIMES * bound ? 'critical' : 'warning',
      title: `A transaction of ${describeBackend({ ...row, role: row.user })} has been open for ${seconds(age)}`,
      evidence: {
        transaction_seconds: age,
        bound_seconds: bound,
        query_seconds: row.querySeconds,
        xmin_age_transactions: row.xminAge,
        database: row.database,
        wait_event: row.waitEvent,
      },
      why: 'Its snapshot keeps VACUUM from removing what died since, so tables and indexes grow; its locks stay until it ends.',
      fixSql: terminateSql(row),
      advice:
        'Ask whose it is. An export or a report belongs on a replica, or in several short transactions; what is lost may be ended.',
      action: null,
    };
  }
}

const isIdle = ({ state }: LongSessionRow) => state?.startsWith('idle in transaction') ?? false;
