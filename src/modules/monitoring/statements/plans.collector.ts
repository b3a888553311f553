import { DomainError } from '../../../kernel/errors/domain-error.js';
import type { LeaderSession } from '../../../kernel/tasks/leader-session.js';
import type { Collector } from '../collector/collector.js';
import { GenericPlanReads } from './generic-plan.reads.js';
import { shapeOf } from './plan-shape.js';
import { StatementsReadModel } from './statements.read-model.js';
import { StatementsRepository } from './statements.repository.js';

const HOT = 20;

/** Keeps the plans of what has taken the most time in the last hour, where they have changed. */
export class PlansCollector implements Collector {
  readonly name = 'statement-plans';
  readonly intervalMs = 3_600_000;

  async collect(session: Pick<LeaderSession, 'query' | 'transaction'>): Promise<void> {
    const reads = new StatementsReadModel(session);
    const repository = new StatementsRepository(session);
    const plans = new GenericPlanReads(session);
    const { from } = await reads.coverage({ from: null, until: null, hours: 1 });
    for (const { queryid, text } of await reads.hot({ from, until: 'infinity', limit: HOT })) {
      const plan = await plans.plan(text).catch(refused);
      if (plan !== null) await repository.addPlan({ queryid, plan, ...shapeOf(plan) });
    }
  }
}

/** Of some texts there is none: each hour it is tried again. */
function refused(error: unknown): null {
  if (error instanceof DomainError && error.code !== 'database_unavailable') return null;
  throw error;
}
