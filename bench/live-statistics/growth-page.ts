import { grouped } from '../../src/demo/progress-bar.js';
import { boundsTable, type Bound } from '../report/bounds.js';
import { mib, table } from '../report/markdown.js';
import { exact } from './figures.js';
import { growthOf, type Scale } from './growth.js';
import { describe } from './page.js';
import { statements } from './statements.js';

export function growthPage(scales: readonly Scale[], bounds: readonly Bound[]): string {
  const [first] = scales;
  const head = scales.map(({ scale }) => `× ${Number(scale.toFixed(2))}`);
  const row = (what: string, of: (scale: Scale) => string) => [what, ...scales.map(of)];
  const sections = [
    `# How ours grows with the history`,
    `Written by \`npm run bench -- --growth\` (${first?.conditions.ranAt.slice(0, 10) ?? ''}); the same figures are in the .json beside it.`,
    first ? describe(first.conditions) : '',
    `The same rate of events over a shorter and a longer time; reads of the heavy tenant, warm, in the database.`,
    table(
      ['', ...head],
      [
        row('events', ({ conditions }) => grouped(conditions.filled.events)),
        row('days', ({ conditions }) => String(conditions.filled.days)),
        row("heavy tenant's attempts", ({ heavy }) => grouped(heavy.attempts)),
        row('database', ({ databaseBytes }) => mib(databaseBytes)),
      ],
    ),
    `p50 / p99 in ms, and the largest scale's p50 as times of the smallest's:`,
    table(
      ['', ...head, 'times'],
      statements.map(({ name }, i) => [
        ...row(
          name,
          ({ latencies }) => `${exact(latencies[i]?.p50 ?? NaN)} / ${exact(latencies[i]?.p99 ?? NaN)}`,
        ),
        growthOf(scales, i).toFixed(2),
      ]),
    ),
    `## Bounds`,
    boundsTable(bounds),
  ];
  return `${sections.join('\n\n')}\n`;
}
