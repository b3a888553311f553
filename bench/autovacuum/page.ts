import { grouped } from '../../src/demo/progress-bar.js';
import { boundsTable, type Bound } from '../report/bounds.js';
import { ms, table } from '../report/markdown.js';
import type { AutovacuumResult, Sample, TableFigures } from './bench.js';

const ROWS_OVER_TIME = 24;

export function page(result: AutovacuumResult, bounds: readonly Bound[]): string {
  const { with_defaults: defaults, with_ours: ours } = result.tables;
  const row = (what: string, of: (figures: TableFigures) => string | number) => [
    what,
    of(defaults),
    of(ours),
  ];
  const percent = (value: number) => value.toFixed(1);
  const sections = [
    '# Autovacuum: defaults beside tune-autovacuum',
    `Written by \`npm run bench:autovacuum\` (${result.ranAt.slice(0, 10)}); the same figures are in the .json beside it.`,
    conditions(result),
    '## Bounds',
    boundsTable(bounds),
    '## Figures',
    table(
      ['', 'defaults', 'ours'],
      [
        row('dead rows, median, % of all', (f) => percent(f.deadPercent.median)),
        row('dead rows, max, %', (f) => percent(f.deadPercent.max)),
        row('pages not all-visible, median, %', (f) => percent(f.notVisiblePercent.median)),
        row('pages not all-visible, max, %', (f) => percent(f.notVisiblePercent.max)),
        row('autovacuums', (f) => f.autovacuums),
        row('heap at the end, of that at the start', (f) => f.heapGrowth.toFixed(2)),
        row('batch of writes, median, ms', (f) => ms(f.writeMs.median)),
        row('batch of writes, max, ms', (f) => ms(f.writeMs.max)),
      ],
    ),
    '## Over time',
    table(
      ['Second', 'dead %, defaults', 'ours', 'not all-visible %, defaults', 'ours'],
      overTime(defaults.samples, ours.samples).map(([a, b]) => [
        a.atSeconds,
        ...[100 * a.deadShare, 100 * b.deadShare].map(percent),
        ...[100 * (1 - a.allVisibleShare), 100 * (1 - b.allVisibleShare)].map(percent),
      ]),
    ),
  ];
  return `${sections.join('\n\n')}\n`;
}

const conditions = ({ options, insertedPerSecond, postgres, cpus, statement }: AutovacuumResult) =>
  [
    `- PostgreSQL ${postgres}, ${cpus} CPUs shared with the writers; autovacuum_naptime 1 s, fsync off, else the embedded server's settings. Both tables in one database, at the same time.`,
    `- Each table begins with ${grouped(options.rows)} rows, vacuumed. Then ${options.seconds} s of ${grouped(insertedPerSecond)} inserted rows/s (${grouped(options.rate)} asked for), each updated after 2 s and after 10 s in an indexed column.`,
    `- Dead rows by the server's own count, visible pages by the visibility map itself, each second.`,
    `- Ours is what the job has set: \`${statement}\`.`,
  ].join('\n');

function overTime(defaults: readonly Sample[], ours: readonly Sample[]): [Sample, Sample][] {
  const every = Math.max(1, Math.ceil(defaults.length / ROWS_OVER_TIME));
  return defaults.flatMap((sample, index) => {
    const beside = ours[index];
    return index % every === 0 && beside ? [[sample, beside] as [Sample, Sample]] : [];
  });
}
