import type { QueryRunner } from '../../../../kernel/database/database.js';
import { literal } from '../../../maintenance/index.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { ActivityReads, type XminHolder } from '../activity.reads.js';
import { sessionLimits } from '../limits.js';
import type { ActivityBounds } from './activity-bounds.js';
import { rollbackPreparedSql, seconds, sessionObject, terminateSql } from './fixes.js';

const MAX_FINDINGS = 20;
/** So many times the bound; autovacuum begins to fear wraparound at 200 million. */
const CRITICAL_TIMES = 50;

export class XminHeldCheck implements Check {
  readonly name = 'xmin-held';
  readonly cadence = 'minutely';
  readonly description: string;

  constructor(private readonly bounds: ActivityBounds) {
    this.description =
      `Sessions, replication slots, prepared transactions and standbys that keep the dead rows of the last ${bounds.xminAge} ` +
      `transactions or more; prepared transactions from ${bounds.preparedSeconds} s on.`;
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const reads = new ActivityReads(runner);
    const holders = (await reads.xminHolders(MAX_FINDINGS)).filter((holder) => this.isBeyond(holder));
    return {
      findings: holders.map((holder) => this.finding(holder)),
      limits: sessionLimits(await reads.viewer(), 'what keeps dead rows is not all seen'),
    };
  }

  private isBeyond({ kind, age, seconds: held }: XminHolder): boolean {
    return (
      age >= this.bounds.xminAge ||
      (kind === 'prepared transaction' && (held ?? 0) >= this.bounds.preparedSeconds)
    );
  }

  private finding(holder: XminHolder): Finding {
    const { kind, name, age, pid, backendStart } = holder;
    const held = holder.seconds === null ? '' : `, for ${seconds(holder.seconds)}`;
    return {
      object: pid === null ? `${kind} ${name}` : sessionObject({ pid, backendStart }),
      severity: age >= CRITICAL_TIMES * this.bounds.xminAge ? 'critical' : 'warning',
      title: `The ${kind} ${name} keeps the dead rows of ${age.toLocaleString('en-US')} transactions${held}`,
      evidence: {
        kind,
        xmin_age_transactions: age,
        bound_transactions: this.bounds.xminAge,
        held_seconds: holder.seconds,
      },
      why: 'VACUUM cannot remove rows that died since, in any table: they bloat, reads slow down, and ids are not frozen.',
      fixSql: fixOf(holder),
      advice: advice[kind],
      action: null,
    };
  }
}

function fixOf({ kind, name, pid, backendStart }: XminHolder): string | null {
  switch (kind) {
    case 'session':
      return pid === null ? null : terminateSql({ pid, backendStart });
    case 'prepared transaction':
      return rollbackPreparedSql(name);
    case 'replication slot':
      return dropSlotSql(name);
    case 'standby':
      return null;
  }
}

/** Only while nobody uses it. */
export const dropSlotSql = (slot: string) =>
  `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = ${literal(slot)} AND NOT active;`;

const advice: Record<XminHolder['kind'], string> = {
  session: 'Have its transaction end, or end the session.',
  'prepared transaction': 'Whoever has prepared it has to end it: COMMIT PREPARED or ROLLBACK PREPARED.',
  'replication slot':
    'Start its consumer again. If there is none any more, drop the slot: a standby that needs it would have to be copied anew.',
  standby:
    'A query on the standby is as old, and hot_standby_feedback tells this server to wait for it: end it there, or turn the ' +
    'feedback off, and have long queries on the standby cancelled instead.',
};
