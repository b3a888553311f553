import type { LeaderSession } from '../../../kernel/tasks/leader-session.js';
import type { Collector } from '../collector/collector.js';
import type { Check } from './check.js';
import type { Evaluator } from './evaluator.js';

/** The checks of what moves at once. */
export class ChecksCollector implements Collector {
  readonly name = 'checks';
  readonly intervalMs = 60_000;
  private readonly checks: readonly Check[];

  constructor(
    checks: readonly Check[],
    private readonly evaluator: Evaluator,
  ) {
    this.checks = checks.filter(({ cadence }) => cadence === 'minutely');
  }

  async collect(session: LeaderSession): Promise<void> {
    for (const check of this.checks) await this.evaluator.evaluate(check, session);
  }
}
