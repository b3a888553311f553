import { Logger } from '@nestjs/common';
import type { QueryRunner, TransactionOptions } from '../../../kernel/database/database.js';
import { sqlState, toDomainError } from '../../../kernel/database/database-error.js';
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
    const took = () => performance.now() - startedAt;
    try {
      const [lookedAt, result] = await session.transaction(
        { readOnly: true, work: check.cadence === 'minutely' ? 'interactive' : 'background' },
        async (tx) => {
          const now = await new ChecksRepository(tx).clock();
          return [now, await guarded(() => check.find(tx))] as const;
        },
      );
      await this.keep(check, { check: check.name, lookedAt, durationMs: took() }, result, session);
      return true;
    } catch (error) {
      await this.keepFailure(check, took(), error, session);
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
      await guarded(() => repository.recordFindings(look, found, CLEAN_LOOKS[cadence]));
      if (this.minSeverity !== null) await repository.queueAlerts(look, this.minSeverity);
    });
  }

  private async keepFailure(
    { name }: Check,
    durationMs: number,
    error: unknown,
    session: Transactions,
  ): Promise<void> {
    const { code } = this.errorsOf(name).report(error);
    const limits = [`It could not look: ${code}. What it has found before stays as it was.`];
    await session.transaction({}, async (tx) => {
      const repository = new ChecksRepository(tx);
      const lookedAt = await repository.clock();
      await repository.recordLook({ check: name, lookedAt, durationMs, limits, error: code });
    });
  }

  private errorsOf(name: string): TaskErrors {
    const errors = this.errors.get(name) ?? new TaskErrors(new Logger(`check ${name}`));
    this.errors.set(name, errors);
    return errors;
  }
}

/** An error that is the check's own must not pass for one of the connection, which would end the session. */
async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw sqlState(error) === undefined ? toDomainError(error) : error;
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
