import type { RunDetailsDto, RunDto } from '../../src/modules/maintenance/index.js';
import { duration, shortTime, table } from './table.js';

const who = ({ asked_by }: RunDto) => asked_by ?? 'schedule';

export const runsTable = (runs: readonly RunDto[]): string[] =>
  table(
    runs.map((run) => ({
      id: Number(run.id),
      job: run.job,
      state: run.dry_run ? `${run.state} (dry run)` : run.state,
      by: who(run),
      since: shortTime(run.started_at ?? run.queued_at),
      took: duration(run.duration_ms),
      rows: run.rows,
      summary: run.error?.message ?? run.summary,
    })),
    'no runs',
  );

/** All that is known of a run, for a person. */
export function runLines(run: RunDetailsDto): string[] {
  const facts: readonly [string, string | number | null][] = [
    ['state', run.state],
    ['asked by', run.reason === null ? who(run) : `${who(run)}: ${run.reason}`],
    ['parameters', JSON.stringify(run.parameters)],
    ['started', shortTime(run.started_at)],
    ['took', duration(run.duration_ms)],
    ['rows', run.rows],
    ['summary', run.summary],
    ['error', run.error && `${run.error.code}: ${run.error.message}`],
    ['progress', progressLine(run)],
  ];
  return [
    `run ${run.id} of ${run.job}${run.dry_run ? ' (dry run)' : ''}`,
    ...facts
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `  ${`${name}:`.padEnd(12)}${value}`),
    ...run.steps.flatMap(({ action, target, reason, sql }) => [
      `  - ${action} ${target}: ${reason}`,
      ...sql.split('\n').map((line) => `      ${line}`),
    ]),
    ...(run.details === null ? [] : [`  details: ${JSON.stringify(run.details)}`]),
  ];
}

/** null: nothing is told of it. */
export function progressLine({ progress, database_progress: database }: RunDetailsDto): string | null {
  const said = progress && `${progress.text}${share(progress.done, progress.total)}`;
  const seen =
    database && `${database.command}: ${database.phase}${share(database.blocks_done, database.blocks_total)}`;
  return [said, seen].filter((text) => text !== null).join('; ') || null;
}

const share = (done: number | null, total: number | null) =>
  done === null || total === null || total === 0 ? '' : `, ${((100 * done) / total).toFixed(0)} %`;
