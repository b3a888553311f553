import type { QueryRunner } from '../../../kernel/database/database.js';
import type { History } from './histories.js';
import { listHistoryTables, type HistoryTableRow } from './queries/list-history-tables.sql.js';
import { countOutdated, pruneHistory } from './queries/prune-history.sql.js';

export class HistoryRepository {
  constructor(private readonly runner: QueryRunner) {}

  tablesOf(histories: readonly History[]): Promise<HistoryTableRow[]> {
    return this.runner.query(listHistoryTables({ tables: histories.map(({ table }) => table) }));
  }

  async countOutdated(history: History): Promise<number> {
    const [counted] = await this.runner.query(countOutdated(history));
    return counted?.rows ?? 0;
  }

  /** At most `rows` of the oldest; returns how many. */
  async prune(history: History, rows: number): Promise<number> {
    const [pruned] = await this.runner.query(pruneHistory({ ...history, rows }));
    return pruned?.removed ?? 0;
  }
}

/** For a person to read. */
export const pruneText = (history: History) =>
  `DELETE FROM public.${history.table} WHERE ${history.time} < now() - INTERVAL '${history.keptDays} days'`;
