import type { QueryRunner } from '../../../kernel/database/database.js';
import type { CheckResult, Severity } from './check.js';
import { queueAlerts } from './queries/queue-alerts.sql.js';
import { readClock } from '../queries/read-clock.sql.js';
import { recordFindings } from './queries/record-findings.sql.js';
import { recordLook, type Look } from './queries/record-look.sql.js';
import { resolveFindings } from './queries/resolve-findings.sql.js';
import { retireChecks } from './queries/retire-checks.sql.js';

export type { Look };

/** Keeps what checks have found. */
export class ChecksRepository {
  constructor(private readonly runner: QueryRunner) {}

  async clock(): Promise<string> {
    const [row] = await this.runner.query(readClock());
    if (row === undefined) throw new Error('a SELECT without FROM has given no row');
    return row.now;
  }

  /** False: somebody has looked later, and this look is worth nothing any more. */
  async recordLook(look: Look): Promise<boolean> {
    return (await this.runner.query(recordLook(look))).length > 0;
  }

  /** After recordLook, in its transaction. */
  async recordFindings(
    look: Pick<Look, 'check' | 'lookedAt'>,
    { findings, limits }: CheckResult,
    cleanLooks: number,
  ): Promise<void> {
    if (findings.length > 0) await this.runner.query(recordFindings({ ...look, limits, findings }));
    await this.runner.query(resolveFindings({ ...look, limits, cleanLooks }));
  }

  async queueAlerts(look: Pick<Look, 'check' | 'lookedAt'>, minSeverity: Severity): Promise<void> {
    await this.runner.query(queueAlerts({ ...look, minSeverity }));
  }

  /** Resolves what checks have found that are none of these, since nobody looks for it any more. */
  async retire(names: readonly string[]): Promise<void> {
    await this.runner.query(retireChecks({ names }));
  }
}
