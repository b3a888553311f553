import { grouped } from '../../src/demo/progress-bar.js';
import { boundsTable, type Bound } from '../report/bounds.js';
import { table } from '../report/markdown.js';
import type { Condition } from './beside.js';
import { databaseNames } from './databases.js';
import { forms, type FormName } from './forms.js';
import type { CaptureResult, Conditions } from './result.js';

export function page(result: CaptureResult, bounds: readonly Bound[]): string {
  const { conditions } = result;
  const sections = [
    '# Knowing what has changed: three forms, side by side',
    `Written by \`npm run bench:changes\` (${conditions.ranAt.slice(0, 10)}); the same figures are in the .json beside it. [ADR 7](../adr/0007-exact-statistics-by-snapshot-fold.md) decides by it.`,
    describe(conditions),
    formsText,
    '## Bounds',
    boundsTable(bounds),
    '## Reads',
    readsText(conditions),
    readTable(result),
    `After ${exact(conditions.faultMinutes)} minutes without a fold, all of it in one transaction while the writer goes on (a change is a version that came or went):`,
    table(
      ['', 'changes', 'seconds'],
      result.catchUps.map(({ form, rows, seconds }) => [titleOf(form), grouped(rows), exact(seconds)]),
    ),
    'The median of the last folds under each condition, ms:',
    foldTable(result),
    '## Writes',
    'Rows a second into `delivery_attempts` by writers that know of nothing, and the share of the rate without capture; medians of rounds in turns, `synchronous_commit` off, no fold beside them. All have our columns, indexes and fill trigger.',
    writeTable(result),
    '## Dump and restore into another cluster',
    restoreText,
  ];
  return `${sections.join('\n\n')}\n`;
}

const describe = (c: Conditions) =>
  [
    `- Machine: ${c.cpus} CPUs, ${(c.memoryBytes / 2 ** 30).toFixed(0)} GiB RAM; server, writers and reader share it. Node ${c.node}, PostgreSQL ${c.postgres}.`,
    `- Data: ${grouped(c.events)} events, ${grouped(c.allAttempts)} attempts; the tenant that is read has ${grouped(c.attempts)} of them.`,
    `- Writer: ${c.rate} rows/s, half of them attempts in flight and half their outcomes, at all tenants' events. The fold rests 250 ms after each.`,
  ].join('\n');

const formsText = `Each form fills the same small rollups (a user's hours and totals), so that only the capture differs:

- **watermark**: each attempt carries the transaction that wrote it, a side table the versions that were replaced. The fold
  takes what is older than the oldest transaction that is running (\`pg_snapshot_xmin\`); a read adds what is newer.
- **snapshot** (ours): the same columns. The fold takes what its snapshot sees, and keeps that snapshot: a horizon and the
  transactions that were in flight. A read adds what that snapshot did not see.
- **queue**: triggers append each change to a table; the fold deletes what it sees, and a read adds the rest of its
  tenant. A lower bound by transaction id spares it the deleted rows.`;

const readsText = ({ seconds, faultMinutes }: Conditions) =>
  `The busiest tenant's totals, live, one read after another over one connection, up to 50 a second for ${seconds} seconds: p50 / p99 in ms. A condition lasts for ${exact(faultMinutes)} minutes before. No read gives up here; the server's answers of the last fold when more than \`FOLD_MAX_TAIL_ROWS\` are unfolded.`;

const conditionTitles: Readonly<Record<Condition, string>> = {
  nothing: 'nothing beside it',
  reader: "a reader's snapshot is open",
  writer: 'a writing transaction is open',
  'fold-down': 'the fold is down',
  'catching-up': 'the fold catches up',
};

const exact = (value: number) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
const titleOf = (name: FormName) => forms.find((form) => form.name === name)?.title ?? name;

const byCondition = (
  { beside }: CaptureResult,
  cell: (one: CaptureResult['beside'][number]) => string | null,
) =>
  (Object.keys(conditionTitles) as Condition[]).flatMap((condition) => {
    const cells = forms.map(({ name }) => {
      const one = beside.find((found) => found.form === name && found.condition === condition);
      return one === undefined ? null : cell(one);
    });
    return cells.every((text) => text === null)
      ? []
      : [[conditionTitles[condition], ...cells.map((text) => text ?? '–')]];
  });

const head = ['', ...forms.map(({ title }) => title)];

const readTable = (result: CaptureResult) =>
  table(
    head,
    byCondition(result, ({ read }) => `${exact(read.p50)} / ${exact(read.p99)}`),
  );

const foldTable = (result: CaptureResult) =>
  table(
    head,
    byCondition(result, ({ foldMs }) => (foldMs === null ? null : exact(foldMs))),
  );

const writeTable = ({ writeRates }: CaptureResult) =>
  table(
    ['', 'no capture', ...forms.map(({ title }) => title)],
    writeRates.map(({ shape, perSecond, ratio }) => [
      shape,
      ...databaseNames.map((name) =>
        name === 'none'
          ? grouped(perSecond[name])
          : `${grouped(perSecond[name])} (${ratio[name].toFixed(2)})`,
      ),
    ]),
  );

const restoreText = `Not measured here; what each form does:

- **watermark**: the old cluster's transaction ids mean nothing in the new one. Where its ids are lower, nothing that is
  written there counts as new, and figures are wrong without an error until the ids are replaced.
- **snapshot** (ours): the same ids, but it is noticed. Where the horizon, or a row, is of a transaction that this cluster has
  not begun, the ids are replaced in steps, and everything is counted anew, while reads go to the original tables. Where the
  cluster's ids are higher, they compare as they did, and nothing is to be done.
- **queue**: nothing is to be done; the bound is ignored while it is above the snapshot's \`xmin\`.`;
