import { Logger } from '@nestjs/common';
import type { QueryRunner, TransactionOptions } from '../../../kernel/database/database.js';
import { TaskErrors } from '../../../kernel/tasks/task-errors.js';
import type { Cadence, Check, CheckResult, Finding, Severity } from './check.js';
import { ChecksRepository } from './checks.repository.js';

/** Of a leader or of a run: whoever has lost it cannot write any more. */
export interface Transactions {
  transaction<T>(options: TransactionOptions, run: (tx: QueryRunner) => Promise<T>): Promise<T>;
}

/**
 * After so many looks without it a trouble is over. One that comes and goes within minutes is one trouble and not many: it opens at
 * once, since waiting would hide it, and closes when it has stayed away. A daily look that is clean has waited long enough.
 */
const CLEAN_LOOKS: Readonly<Record<Cadence, number>> = { minutely: 5, daily: 1, weekly: 1 };

const SEVERITIES: readonly Severity[] = ['info', 'warning', 'critical'];

/** Has a check look, and keeps what it has found, in one transaction. */
export class Evaluator {
  private readonly errors = new Map<string, TaskErrors>();

  /** `minSeverity`: from which on findings are told; null: nobody is told. */
  constructor(private readonly minSeverity: Severity | null) {}

  /**
   * Returns whether it could look. A check that throws is a limit of its own, and leaves what it has found as it was. Throws when
   * not even that can be kept: the session is lost, or is not the leader's or the run's any more.
   */
  async evaluate(check: Check, session: Transactions): Promise<boolean> {
    const startedAt = performance.now();
    let lookedAt: string | undefined;
    try {
      const result = await session.transaction(
        { readOnly: true, work: check.cadence === 'minutely' ? 'interactive' : 'background' },
        async (tx) => {
          lookedAt = await new ChecksRepository(tx).clock();
          return check.find(tx);
        },
      );
      const look = { check: check.name, lookedAt: lookedAt ?? '', durationMs: performance.now() - startedAt };
      await this.keep(check, look, result, session);
      return true;
    } catch (error) {
      await this.keepFailure(check, lookedAt, performance.now() - startedAt, error, session);
      return false;
    }
  }

  private keep(
    { cadence }: Check,
    look: { check: string; lookedAt: string; durationMs: number },
    result: CheckResult,
    session: Transactions,
  ): Promise<void> {
    const found = { findings: worstOfEach(result.findings), limits: [...new Set(result.limits)] };
    return session.transaction({}, async (tx) => {
      const repository = new ChecksRepository(tx);
      // Also the lock: of two looks at once the later one counts, whichever is stored first.
      if (!(await repository.recordLook({ ...look, limits: found.limits, error: null }))) return;
      await repository.recordFindings(look, found, CLEAN_LOOKS[cadence]);
      if (this.minSeverity !== null) await repository.queueAlerts(look, this.minSeverity);
    });
  }

  private async keepFailure(
    { name }: Check,
    lookedAt: string | undefined,
    durationMs: number,
    error: unknown,
    session: Transactions,
  ): Promise<void> {
    const { code } = this.errorsOf(name).report(error);
    await session.transaction({}, async (tx) => {
      const repository = new ChecksRepository(tx);
      await repository.recordLook({
        check: name,
        lookedAt: lookedAt ?? (await repository.clock()),
        durationMs,
        limits: [`It could not look: ${code}. What it has found before stays as it was.`],
        error: code,
      });
    });
  }

  private errorsOf(name: string): TaskErrors {
    const errors = this.errors.get(name) ?? new TaskErrors(new Logger(`check ${name}`));
    this.errors.set(name, errors);
    return errors;
  }
}

function worstOfEach(findings: readonly Finding[]): Finding[] {
  const worst = new Map<string, Finding>();
  for (const finding of findings) {
    const other = worst.get(finding.object);
    if (other === undefined || SEVERITIES.indexOf(finding.severity) > SEVERITIES.indexOf(other.severity))
      worst.set(finding.object, finding);
  }
  return [...worst.values()];
}
