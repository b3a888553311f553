import type { QueryRunner } from '../../kernel/database/database.js';
import { readFoldStatus, type FoldStatusRow } from './queries/read-fold-status.sql.js';

/** A scrape is to stay cheap after hours without a fold. */
const COUNTED_ROWS = 20_000;

/** How far the rollups are, asked of the database: any instance knows it, whichever folds. */
export class FoldStatusReads {
  constructor(private readonly runner: QueryRunner) {}

  async read(): Promise<FoldStatusRow> {
    const [row] = await this.runner.query(readFoldStatus({ limit: COUNTED_ROWS }));
    if (row === undefined) throw new Error('statistics_state has no row: the migration has put it there');
    return row;
  }
}
