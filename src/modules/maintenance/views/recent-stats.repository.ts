import type { JobContext } from '../../../kernel/tasks/job.js';
import { readRecentStats, type RecentStatsRow } from './queries/read-recent-stats.sql.js';
import { countRecentStats, refreshRecentStats } from './queries/refresh-recent-stats.sql.js';

const LOCK_TIMEOUT_MS = 2000;

export type RecentStats = RecentStatsRow;

export class RecentStatsRepository {
  constructor(private readonly context: JobContext) {}

  /** Undefined when there is no such view. */
  async read(): Promise<RecentStats | undefined> {
    const [view] = await this.context.query(readRecentStats());
    return view;
  }

  /** Returns the rows that it has now. Throws 503 lock_timeout. */
  async refresh(isConcurrent: boolean): Promise<number> {
    await this.context.command(refreshRecentStats({ isConcurrent }), { lockTimeoutMs: LOCK_TIMEOUT_MS });
    const [counted] = await this.context.query(countRecentStats());
    return counted?.rows ?? 0;
  }

  statementText(isConcurrent: boolean): string {
    return refreshRecentStats({ isConcurrent }).text;
  }
}
