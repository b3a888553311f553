import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import type { RegressedRow, StatementPlanRow } from '../statements.read-model.js';
import { nameOf, noFix, planAdvice, rounded, watch } from './statement-watch.js';

const HOURS = 1;
const BASELINE_HOURS = 24;
const MIN_CALLS = 20;
const MIN_MS = 10;
const MIN_RATIO = 2;
const CRITICAL_RATIO = 10;

export class RegressedStatementCheck implements Check {
  readonly name = 'regressed-statement';
  readonly description = `Statements that took ${MIN_RATIO} times as long by mean in the last hour as in the ${BASELINE_HOURS} hours before, by ${MIN_MS} ms at least, with ${MIN_CALLS} calls in both.`;
  readonly cadence = 'minutely';

  async find(runner: QueryRunner): Promise<CheckResult> {
    const { reads, range, limits } = await watch(runner, HOURS);
    const { from } = await reads.coverage({ from: null, until: range.from, hours: BASELINE_HOURS });
    const found = await reads.regressed({
      ...{ range, baseline: { from, until: range.from }, limit: 20 },
      ...{ minCalls: MIN_CALLS, minMs: MIN_MS, minRatio: MIN_RATIO },
    });
    const findings: Finding[] = [];
    for (const row of found.filter(({ isToplevel }) => isToplevel)) {
      const [plan] = await reads.plans({ ...range, queryid: row.queryid, changesOnly: true, limit: 1 });
      findings.push(findingOf(row, plan));
    }
    return { findings, limits };
  }
}

const findingOf = (row: RegressedRow, plan: StatementPlanRow | undefined): Finding => ({
  object: row.queryid,
  severity: row.ratio >= CRITICAL_RATIO ? 'critical' : 'warning',
  title: `${nameOf(row)} takes ${rounded(row.ratio)} times as long as before: ${rounded(row.baselineMeanMs)} → ${rounded(row.meanMs)} ms`,
  evidence: {
    queryid: row.queryid,
    label: row.label,
    mean_ms: rounded(row.meanMs),
    baseline_mean_ms: rounded(row.baselineMeanMs),
    ratio: rounded(row.ratio),
    calls: row.calls,
    baseline_calls: row.baselineCalls,
    lost_ms: rounded(row.lostMs),
    plan_changed: plan !== undefined,
    lost_indexes: plan === undefined || plan.lostIndexes.length === 0 ? null : plan.lostIndexes.join(', '),
    bound_ratio: MIN_RATIO,
  },
  why: 'Something has changed under it: its plan, its data, or what runs beside it. It does not become better by itself.',
  advice:
    plan === undefined || plan.lostIndexes.length === 0
      ? planAdvice(row.queryid)
      : `Its plan has used ${plan.lostIndexes.join(', ')}, which is not there any more: make it anew, by the job restore-index where it was dropped by us.`,
  ...noFix,
});
