import { grouped } from '../../src/demo/progress-bar.js';
import type { Bound } from '../report/bounds.js';
import { mib, table } from '../report/markdown.js';
import { answer } from './answer.js';
import { exact } from './figures.js';
import { growthOf, type Scale } from './growth.js';
import { describe, loaded } from './page.js';
import { statements } from './statements.js';

const readsLine = `- Reads: the heavy tenant's, in the database, warm: over one connection with the options of the server, named prepared
  statements, up to 500 times each; from sending the statement to the parsed answer, as the client in Node sees it.`;

export function growthPage(scales: readonly Scale[], bounds: readonly Bound[]): string {
  const [first] = scales;
  const multiples = scales.map(({ scale }) => `× ${Number(scale.toPrecision(3))}`);
  const row = (what: string, of: (scale: Scale) => string) => [what, ...scales.map(of)];
  const sections = [
    `# How ours grows with the history`,
    `Written by \`npm run bench -- --growth\` (${first?.conditions.ranAt.slice(0, 10) ?? ''}); the same figures are in the .json beside it.`,
    answer(bounds),
    `## Conditions`,
    [
      first ? describe(first.conditions) : '',
      `- Data: events at one rate, over a shorter and a longer time. ${loaded}`,
      readsLine,
    ].join('\n'),
    table(
      ['History, as a multiple of 60 days', ...multiples],
      [
        row('events', ({ conditions }) => grouped(conditions.filled.events)),
        row('days', ({ conditions }) => String(conditions.filled.days)),
        row("the heavy tenant's attempts", ({ heavy }) => grouped(heavy.attempts)),
        row('size of the database', ({ databaseBytes }) => mib(databaseBytes)),
        row('newest event, hours before the run', ({ conditions }) => conditions.dataAgeHours.toFixed(1)),
      ],
    ),
    `## Reads`,
    `The last column is p50 after the longest history as a multiple of p50 after the shortest.`,
    table(
      ['Read', ...multiples.map((multiple) => `${multiple}: p50 / p99, ms`), 'longest / shortest'],
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
