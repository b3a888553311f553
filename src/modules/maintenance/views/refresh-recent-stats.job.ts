import {
  noParameters,
  type Job,
  type JobContext,
  type JobReport,
  type JobStep,
} from '../../../kernel/tasks/job.js';
import { RecentStatsRepository, type RecentStats } from './recent-stats.repository.js';

const VIEW = 'public.user_recent_stats';

/** The plan's 5-minute refresh. Readers go on beside it, and a late slot is worth nothing once the next one has come. */
export class RefreshRecentStatsJob implements Job {
  readonly name = 'refresh-recent-stats';
  readonly description =
    'Counts the last 24 hours of each user anew, in user_recent_stats. Rows: users with attempts.';
  readonly schedule = '*/5 * * * *';
  readonly missed = 'skip';
  readonly weight = 'light';
  readonly timeoutMs = 240_000;
  readonly retries = 0;
  readonly parameters = noParameters;

  async plan(context: JobContext): Promise<readonly JobStep[]> {
    const repository = new RecentStatsRepository(context);
    const view = await repository.read();
    return view === undefined || obstacle(view) !== null ? [] : [stepOf(view, repository)];
  }

  async run(context: JobContext): Promise<JobReport> {
    const repository = new RecentStatsRepository(context);
    const view = await repository.read();
    const inTheWay = view === undefined ? `there is no materialized view ${VIEW}` : obstacle(view);
    if (view === undefined || inTheWay !== null)
      return { rows: 0, steps: [], summary: `Not refreshed: ${inTheWay}.` };
    const startedAt = performance.now();
    const rows = await repository.refresh(isConcurrent(view));
    const durationMs = Math.round(performance.now() - startedAt);
    const after = await repository.read();
    return {
      rows,
      steps: [stepOf(view, repository)],
      summary: `Counted ${rows} users in ${durationMs} ms.`,
      details: {
        durationMs,
        sizeBytesBefore: Number(view.sizeBytes),
        sizeBytesAfter: Number(after?.sizeBytes ?? 0),
      },
    };
  }
}

const isConcurrent = (view: RecentStats) => view.isPopulated && view.hasUniqueIndex;

function obstacle(view: RecentStats): string | null {
  if (!view.mayRefresh)
    return `it belongs to ${view.owner}, and this role is not a member of that (PostgreSQL 17 and later: GRANT MAINTAIN ON ${VIEW} would do)`;
  if (view.isBeingRefreshed) return 'another refresh of it is running';
  if (view.isPopulated && !view.hasUniqueIndex)
    return 'it has no unique index, so that a refresh would keep readers out; create one on (user_id)';
  return null;
}

const stepOf = (view: RecentStats, repository: RecentStatsRepository): JobStep => ({
  action: 'refresh',
  target: VIEW,
  reason: view.isPopulated
    ? `its figures are of the last refresh; ${view.sizeBytes} bytes`
    : 'it was never filled: nobody can read it yet, so this once without CONCURRENTLY',
  sql: repository.statementText(isConcurrent(view)),
});
