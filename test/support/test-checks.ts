import type { QueryRunner } from '../../src/kernel/database/database.js';
import type { Cadence, Check, CheckResult, Finding } from '../../src/modules/monitoring/checks/check.js';

/** A warning about an object. */
export const aFinding = (object: string, over: Partial<Finding> = {}): Finding => ({
  object,
  severity: 'warning',
  title: `${object} is wrong`,
  evidence: { figure: 7, bound: 5 },
  why: 'It gets worse.',
  fixSql: `SELECT 'mend ${object}'`,
  advice: 'Mend it.',
  action: { job: 'test-mend', parameters: { object } },
  ...over,
});

/** Finds what the test says. */
export class TestCheck implements Check {
  readonly description = 'What the test says.';
  find: (runner: QueryRunner) => Promise<CheckResult> = () => Promise.resolve({ findings: [], limits: [] });

  constructor(
    readonly cadence: Cadence = 'daily',
    readonly name = 'test-check',
  ) {}

  finds(findings: readonly Finding[], limits: readonly string[] = []): void {
    this.find = () => Promise.resolve({ findings, limits });
  }
}
