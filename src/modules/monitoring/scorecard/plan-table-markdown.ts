import type { PlanTableDto } from './dto/plan-table.dto.js';

/** For a pull request or a page. */
export function planTableMarkdown({ from, until, as_of, rows, limits }: PlanTableDto): string {
  const lines = rows.map(
    ({ metric, before, after_phase_1, after_phases_2_and_3, measured, state, times_better }) =>
      [
        metric,
        before === null ? 'unknown' : `${before.text} (${before.source})`,
        after_phase_1,
        after_phases_2_and_3,
        measured?.text ?? 'unknown',
        times_better === null ? '' : Number(times_better.toPrecision(3)),
        state,
      ].join(' | '),
  );
  const notes = rows.flatMap(({ metric, samples, how, reason }) => [
    `- ${metric}: ${how}; samples: ${samples}${reason === null ? '' : `; ${reason}`}.`,
  ]);
  return [
    '| Metric | Before | After phase 1 (expected) | After phases 2-3 (expected) | Measured | Times better, at least | Expectation |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...lines.map((line) => `| ${line} |`),
    '',
    `Measured from ${from} until ${until}; as of ${as_of}.`,
    '',
    ...notes,
    ...limits.map((limit) => `- ${limit}`),
    '',
  ].join('\n');
}
