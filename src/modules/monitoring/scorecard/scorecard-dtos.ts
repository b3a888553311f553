import type { BaselineDto } from './dto/baseline.body.js';
import type { BaselineValueDto, PlanTableDto } from './dto/plan-table.dto.js';
import type { ScorecardDto } from './dto/scorecard.dto.js';
import type { TargetResult } from './evaluate.js';
import { figureNames, figures, type Baseline, type FigureName } from './figures.js';
import { figureText, rangeText } from './figure-text.js';
import type { PlanTableRow } from './plan-table.js';

export function toTargetDto(
  { target, value, state, reason, samples }: TargetResult,
  baseline: Baseline,
): ScorecardDto['targets'][number] {
  const { name, title, source, figure, rule, bound, how } = target;
  const { unit } = figures[figure];
  return {
    ...{ name, title, source, figure, unit, rule, bound, how },
    measured: value,
    text: value === null ? null : figureText(unit, value),
    ...{ state, reason, samples },
    baseline: baselineValue(figure, baseline),
  };
}

export function toPlanRowDto(row: PlanTableRow): PlanTableDto['rows'][number] {
  const { figure, low, high } = row;
  const { title, unit } = figures[figure];
  return {
    metric: title,
    ...{ figure, unit },
    before: baselineValue(figure, { [figure]: row.before }),
    after_phase_1: row.afterPhase1,
    after_phases_2_and_3: row.afterPhases2And3,
    measured: low === null || high === null ? null : { low, high, text: rangeText(unit, low, high) },
    how: unit === 'ms' ? 'median and 99th percentile of the requests' : (hows[figure] ?? ''),
    samples: row.samples,
    reason: row.reason,
    state: row.state,
    times_better: row.timesBetter,
  };
}

const hows: Partial<Record<FigureName, string>> = {
  database_size_bytes: 'pg_database_size, now',
  memory_bytes: 'the most that any look at the server has found',
  queries_per_second: 'statements that were run, a second',
};

export function toBaselineDto(asOf: string, baseline: Baseline): BaselineDto {
  const unknown = figureNames.filter((figure) => baseline[figure] === undefined);
  return {
    as_of: asOf,
    limits:
      unknown.length === 0
        ? []
        : [
            `The optimisation plan does not say how these were, and nobody has imported it: ${unknown.join(', ')}`,
          ],
    figures: figureNames.map((figure) => {
      const { title, unit } = figures[figure];
      return { figure, title, unit, value: baselineValue(figure, baseline) };
    }),
  };
}

function baselineValue(figure: FigureName, baseline: Baseline): BaselineValueDto | null {
  const value = baseline[figure];
  if (value === undefined) return null;
  const { low, high, source } = value;
  return { low, high, text: rangeText(figures[figure].unit, low, high), source };
}
