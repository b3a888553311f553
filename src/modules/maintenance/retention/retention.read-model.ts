import type { QueryRunner } from '../../../kernel/database/database.js';
import {
  estimateOldEvents,
  listOldFigures,
  readTableSizes,
  type TableSizeRow,
} from './queries/estimate-retention.sql.js';
import { readRetention, type RetentionRow } from './queries/read-retention.sql.js';
import { findCutoff } from './queries/retention-state.sql.js';

const TOP_USERS = 20;

export interface TableEstimate {
  table: TableSizeRow['table'];
  /** To be removed, of so many. */
  rows: number;
  ofRows: number;
  /** Their share of the table with its indexes: room for new rows, which goes back to the disk when the table is rewritten. */
  bytes: number;
}

export interface RetentionEstimate {
  /** Attempts of events that were ingested before this midnight (UTC) would be removed, and the events. */
  before: string;
  /** Attempts: of the rollups, and so an upper bound: what is pending or was tried since stays. Events: the planner's estimate. */
  tables: TableEstimate[];
  /** Events without an outcome, which stay. */
  pendingEvents: number;
  /** Those with most. Their totals, days and hours do not change. */
  users: { userId: string; attempts: number; events: number; pendingEvents: number }[];
}

/** Reads rollups and the catalog only: as cheap for a large history as for a small one. */
export class RetentionReadModel {
  constructor(private readonly runner: QueryRunner) {}

  async cutoff(days: number): Promise<string> {
    const [row] = await this.runner.query(findCutoff({ days }));
    if (row === undefined) throw new Error('a SELECT without FROM gave no row');
    return row.before;
  }

  async state(): Promise<RetentionRow> {
    const [row] = await this.runner.query(readRetention());
    if (row === undefined) throw new Error('the row of ethhook_admin_retention is gone');
    return row;
  }

  async estimate(days: number): Promise<RetentionEstimate> {
    const before = await this.cutoff(days);
    const users = await this.runner.query(listOldFigures({ before, limit: TOP_USERS }));
    const [explained] = await this.runner.query(estimateOldEvents({ before }));
    const removed = {
      delivery_attempts: Number(users[0]?.allAttempts ?? 0),
      events: explained?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0,
    };
    const sizes = await this.runner.query(readTableSizes());
    return {
      before,
      tables: sizes.map((size) => estimateOf(size, removed[size.table])),
      pendingEvents: Number(users[0]?.allPending ?? 0),
      users: users.map(({ userId, attempts, events, pending }) => ({
        userId,
        attempts: Number(attempts),
        events: Number(events),
        pendingEvents: Number(pending),
      })),
    };
  }

  async estimatedAttempts(): Promise<number> {
    const sizes = await this.runner.query(readTableSizes());
    return sizes.find(({ table }) => table === 'delivery_attempts')?.rows ?? 0;
  }
}

function estimateOf({ table, rows, bytes }: TableSizeRow, removed: number): TableEstimate {
  const ofRows = Math.max(Math.round(rows), removed);
  return { table, rows: removed, ofRows, bytes: Math.round((Number(bytes) * removed) / Math.max(ofRows, 1)) };
}
