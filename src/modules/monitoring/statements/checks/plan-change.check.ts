import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import type { StatementPlanRow } from '../statements.read-model.js';
import { nameOf, noFix, planAdvice, rounded, watch } from './statement-watch.js';

const HOURS = 24;
const COST_RATIO = 2;

export class PlanChangeCheck implements Check {
  readonly name = 'plan-change';
  readonly description = `Hot statements whose plan has become another in the last ${HOURS} hours; a warning where an index of the plan before is gone, or the cost is ${COST_RATIO} times as much.`;
  readonly cadence = 'minutely';

  async find(runner: QueryRunner): Promise<CheckResult> {
    const { reads, range, limits } = await watch(runner, HOURS);
    const changes = await reads.plans({ ...range, queryid: null, changesOnly: true, limit: 100 });
    // The last change of each: the newest come first.
    const last = new Map(changes.reverse().map((change) => [change.queryid, change]));
    return { findings: [...last.values()].map(findingOf), limits };
  }
}

function findingOf(change: StatementPlanRow): Finding {
  const { previous, lostIndexes } = change;
  const ratio = change.cost / Math.max(previous?.cost ?? change.cost, 1e-9);
  const isLost = lostIndexes.length > 0;
  return {
    object: change.queryid,
    severity: isLost || ratio >= COST_RATIO ? 'warning' : 'info',
    title: `${nameOf(change)} has another plan, of ${rounded(ratio)} times the cost${isLost ? `: ${lostIndexes.join(', ')} is gone` : ''}`,
    evidence: {
      queryid: change.queryid,
      label: change.label,
      changed_at: change.seenAt,
      fingerprint: change.fingerprint,
      previous_fingerprint: previous?.fingerprint ?? null,
      cost: rounded(change.cost),
      previous_cost: previous === null ? null : rounded(previous.cost),
      indexes: change.indexes.join(', '),
      previous_indexes: previous?.indexes.join(', ') ?? null,
      lost_indexes: isLost ? lostIndexes.join(', ') : null,
      bound_cost_ratio: COST_RATIO,
    },
    why: 'The planner goes by statistics and by what indexes there are: a plan that has changed may be right for few rows and wrong for many.',
    advice: isLost
      ? `Make ${lostIndexes.join(', ')} anew, by the job restore-index where it was dropped by us.`
      : planAdvice(change.queryid),
    ...noFix,
  };
}
