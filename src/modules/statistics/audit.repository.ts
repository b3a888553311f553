import type { QueryRunner } from '../../kernel/database/database.js';
import type { AuditRow } from './queries/audit-columns.js';
import { auditDay } from './queries/audit-day.sql.js';
import { auditDurations } from './queries/audit-durations.sql.js';
import { auditTotals } from './queries/audit-totals.sql.js';
import { readFoldState, type FoldStateRow } from './queries/fold-state.sql.js';
import { pickAudit, type AuditedDayRow } from './queries/pick-audit.sql.js';
import { dropOldAudits, recordAudit } from './queries/record-audit.sql.js';

/** In one transaction of one snapshot, in which state, rollups and attempts belong together: nobody waits for an audit. */
export class AuditRepository {
  constructor(private readonly tx: QueryRunner) {}

  async state(): Promise<FoldStateRow> {
    const [row] = await this.tx.query(readFoldState());
    if (row === undefined) throw new Error('statistics_state has no row: the migration has put it there');
    return row;
  }

  /** undefined: nobody has anything to be audited. */
  async pick(): Promise<AuditedDayRow | undefined> {
    const [row] = await this.tx.query(pickAudit());
    return row;
  }

  /** The user's day, their totals, and the histogram of the endpoint. */
  async recount({ userId, from, to, endpointId }: AuditedDayRow, state: FoldStateRow): Promise<AuditRow> {
    const found = [
      ...(await this.tx.query(auditDay({ userId, from, to, snapshot: state, fineFrom: state.fineFrom }))),
      ...(await this.tx.query(auditTotals({ userId }))),
      ...(endpointId === null
        ? []
        : await this.tx.query(auditDurations({ userId, endpointId, snapshot: state }))),
    ];
    return {
      rows: found.reduce((sum, { rows }) => sum + rows, 0),
      drifted: found.reduce((sum, { drifted }) => sum + drifted, 0),
      evidence: found.flatMap(({ evidence }) => evidence),
    };
  }

  async record(userId: string, day: string, { rows, drifted, evidence }: AuditRow): Promise<void> {
    await this.tx.query(recordAudit({ userId, day, rows, drifted, evidence: JSON.stringify(evidence) }));
  }

  async dropOld(kept: number): Promise<void> {
    await this.tx.query(dropOldAudits({ kept }));
  }
}
