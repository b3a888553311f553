import type { QueryRunner } from '../../../kernel/database/database.js';
import type { LeaderSession } from '../../../kernel/tasks/leader-session.js';
import type { Collector } from '../collector/collector.js';
import { evaluate } from './evaluate.js';
import { ScorecardReadModel } from './scorecard.read-model.js';
import { ScorecardRepository } from './scorecard.repository.js';

/** In one turn: what was left while nobody led is made up for in some. */
const MAX_PERIODS = 6;

/** Keeps how each hour and each day was, so that it can be seen over months. */
export class ScorecardCollector implements Collector {
  readonly name = 'scorecard';
  readonly intervalMs = 300_000;

  collect(session: Pick<LeaderSession, 'transaction'>): Promise<void> {
    return session.transaction({ work: 'background' }, (tx) => this.record(tx));
  }

  private async record(tx: QueryRunner): Promise<void> {
    const repository = new ScorecardRepository(tx);
    const reads = new ScorecardReadModel(tx);
    for (const due of await repository.duePeriods(MAX_PERIODS)) {
      const range = await reads.range(due);
      await repository.record(due, evaluate(await reads.measurements(range)));
    }
  }
}
