import type { QueryRunner } from '../../../kernel/database/database.js';
import { moveDailyUpkeep, readDailyUpkeep, type DailyUpkeepRow } from './queries/daily-upkeep-state.sql.js';
import {
  listMarkedDays,
  measureDailyChanges,
  type DailyChangesRow,
  type MarkedDayRow,
} from './queries/list-marked-days.sql.js';
import { markAllDays, markWrittenDays } from './queries/mark-written-days.sql.js';
import { hasRetention, lockUserOfDays, recountDays } from './queries/recount-days.sql.js';

export type MarkedDay = MarkedDayRow;
export type DailyUpkeep = DailyUpkeepRow;

export class DailyStatsRepository {
  constructor(private readonly runner: QueryRunner) {}

  async upkeep(): Promise<DailyUpkeep> {
    const [state] = await this.runner.query(readDailyUpkeep());
    if (state === undefined) throw new Error('ethhook_admin_daily_upkeep has no row');
    return state;
  }

  async moveUpkeep(countedTo: string): Promise<void> {
    await this.runner.query(moveDailyUpkeep({ countedTo }));
  }

  async markWrittenDays(from: string, rows: number): Promise<string | null> {
    const [marked] = await this.runner.query(markWrittenDays({ from, rows }));
    return marked?.upTo ?? null;
  }

  async markAllDays(): Promise<void> {
    await this.runner.query(markAllDays());
  }

  listMarked(after: MarkedDay | null, limit: number): Promise<MarkedDay[]> {
    return this.runner.query(listMarkedDays({ after, limit }));
  }

  async measure(countedTo: string, limit: number): Promise<DailyChangesRow> {
    const [changes] = await this.runner.query(measureDailyChanges({ countedTo, limit }));
    return changes ?? { marked: '0', written: '0' };
  }

  async hasRetention(): Promise<boolean> {
    const [retention] = await this.runner.query(hasRetention());
    return retention?.isThere ?? false;
  }

  /** Returns how many rows are other now. Days of which retention has removed attempts stay as they were counted. */
  async recount(day: MarkedDay, isRetained: boolean): Promise<number> {
    await this.runner.query(lockUserOfDays(day));
    const [recounted] = await this.runner.query(recountDays({ ...day, isRetained }));
    return recounted?.changed ?? 0;
  }
}
