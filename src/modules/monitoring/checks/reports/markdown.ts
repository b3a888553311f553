import type { ReportDto } from './dto/report.dto.js';

type Cell = string | number | null;

/** A report for people: a heading for each part, what is to be done first. */
export const toMarkdown = (report: ReportDto): string =>
  `${[
    `# ${report.cadence === 'daily' ? 'Daily' : 'Weekly'} report of ${report.as_of}`,
    summaryOf(report),
    ...section('Open findings', report.findings.map(findingText)),
    ...section('Changes', [
      table(
        ['When', 'What', 'Severity', 'Check', 'Finding'],
        report.changes.map(({ at, kind, severity, check, title }) => [at, kind, severity, check, title]),
      ),
    ]),
    ...figuresText(report.figures),
    ...section('Limits', [report.limits.map((limit) => `- ${plain(limit)}`).join('\n')]),
  ].join('\n\n')}\n`;

const summaryOf = ({ counts, checks }: ReportDto) => {
  const failed = checks.filter(({ error }) => error !== null).length;
  return (
    `${counts.critical} critical, ${counts.warning} warnings, ${counts.info} information; ${counts.ignored} ignored. ` +
    `${checks.length} checks${failed === 0 ? '' : `, of which ${failed} could not look`}.`
  );
};

function findingText(finding: ReportDto['findings'][number]): string {
  const evidence = Object.entries(finding.evidence).map(
    ([name, value]) => `${plain(name)} ${plain(String(value))}`,
  );
  return [
    `### ${plain(finding.title)}`,
    `${finding.severity}, ${plain(finding.check)}, open since ${finding.opened_at}. ${plain(finding.why)}`,
    `Evidence: ${evidence.join(', ')}.`,
    plain(finding.advice),
    ...(finding.fix_sql === null ? [] : [fenced(finding.fix_sql)]),
    ...(finding.action === null
      ? []
      : [`Job: ${plain(finding.action.job)} ${plain(JSON.stringify(finding.action.parameters))}`]),
  ].join('\n\n');
}

function figuresText({ database, tables, unused_indexes, statements }: ReportDto['figures']): string[] {
  return [
    ...section('Slowest statements by mean', [
      table(
        ['Mean ms', 'Calls', 'Max ms', 'Statement'],
        statements.map((row) => [rounded(row.mean_ms), row.calls, rounded(row.max_ms), row.text]),
      ),
    ]),
    ...section('Tables with most dead tuples', [
      table(
        ['Table', 'Dead', 'Live', 'Last autovacuum'],
        tables.map((row) => [
          `${row.schema}.${row.table}`,
          row.dead_tuples,
          row.live_tuples,
          row.last_autovacuum,
        ]),
      ),
    ]),
    ...section('Unused indexes', [
      table(
        ['Index', 'Table', 'Bytes', 'Why'],
        unused_indexes.map((row) => [`${row.schema}.${row.index}`, row.table, row.size_bytes, row.reason]),
      ),
    ]),
    ...section('The database', [
      table(
        ['Figure', 'Value'],
        Object.entries(database ?? {}).map(([name, value]) => [name, value === null ? null : String(value)]),
      ),
    ]),
  ];
}

/** Nothing where there is nothing to say. */
const section = (heading: string, parts: readonly string[]): string[] =>
  parts.every((part) => part === '') ? [] : [`## ${heading}`, ...parts];

function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(heads),
    line(heads.map(() => '---')),
    ...rows.map((row) => line(row.map((cell) => (cell === null ? '' : plain(String(cell)))))),
  ].join('\n');
}

const rounded = (ms: number) => Math.round(ms * 100) / 100;

/** Names and texts are others': on one line, and nothing in them is markup. */
const plain = (text: string) =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>|#~]/g, (character) => `\\${character}`);

/** Longer than any fence within. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}sql\n${text}\n${fence}`;
}
