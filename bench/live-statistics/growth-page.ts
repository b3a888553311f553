import { grouped } from '../../src/demo/progress-bar.js';
import type { Bound } from '../report/bounds.js';
import { mib, table } from '../report/markdown.js';
import { answer } from './answer.js';
import { exact } from './figures.js';
import { growthOf, type Scale } from './growth.js';
import { describe, loaded } from './page.js';
import { statements } from './statements.js';

const readsLine = `- Reads: the heavy tenant's, warm: over one connection with the options of the server, named prepared statements, up
  to 5 rounds of up to 500 times each, medians of their percentiles; from sending a statement to having its whole answer, which
  is not parsed.`;

export function growthPage(scales: readonly Scale[], bounds: readonly Bound[]): string {
  const [first] = scales;
  const multiples = scales.map(({ times }) => `× ${times}`);
  const row = (what: string, of: (scale: Scale) => string) => [what, ...scales.map(of)];
  const sections = [
    `# How ours grows with the rows`,
    `Written by \`npm run bench -- --growth\` (${first?.conditions.ranAt.slice(0, 10) ?? ''}); the same figures are in the .json beside it.`,
    answer(bounds),
    `## Conditions`,
    [
      first ? describe(first.conditions) : '',
      `- Data: a tenth by the rate, three times by the time, so that the longest window is full in each. ${loaded}`,
      readsLine,
    ].join('\n'),
    table(
      ['Rows, as a multiple', ...multiples],
      [
        row('events', ({ conditions }) => grouped(conditions.filled.events)),
        row('days', ({ conditions }) => String(conditions.filled.days)),
        row("the heavy tenant's attempts", ({ heavy }) => grouped(heavy.attempts)),
        row('size of the database', ({ databaseBytes }) => mib(databaseBytes)),
        row('newest event, hours before the run', ({ conditions }) => conditions.dataAgeHours.toFixed(1)),
      ],
    ),
    `## Reads`,
    `The last column is p50 with the most rows as a multiple of p50 with the fewest.`,
    table(
      ['Read', ...multiples.map((multiple) => `${multiple}: p50 / p99, ms`), 'most / fewest'],
      statements.map(({ name }, i) => [
        ...row(
          name,
          ({ latencies }) => `${exact(latencies[i]?.p50 ?? NaN)} / ${exact(latencies[i]?.p99 ?? NaN)}`,
        ),
        growthOf(scales, i).toFixed(2),
      ]),
    ),
  ];
  return `${sections.join('\n\n')}\n`;
}
