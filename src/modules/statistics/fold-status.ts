import { Injectable } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import { SharedLook } from '../../kernel/telemetry/shared-look.js';
import { FoldStatusReads } from './fold-status.reads.js';
import type { FoldStatusRow } from './queries/read-fold-status.sql.js';

/** The gauges of one scrape come from one look at the database, and who asks in a loop gets the last one. */
const FRESH_MS = 100;
const TIMEOUT_MS = 1000;

/** How far the rollups are, whoever folds. */
@Injectable()
export class FoldStatus {
  private readonly look: SharedLook<FoldStatusRow>;

  constructor(database: Database) {
    const reads = new FoldStatusReads(database.background);
    this.look = new SharedLook(() => reads.read(), { freshMs: FRESH_MS, timeoutMs: TIMEOUT_MS });
  }

  /** Rejects where the database is away, or late. */
  read(): Promise<FoldStatusRow> {
    return this.look.get();
  }
}

/** The age of the oldest row in no rollup, at most. */
export const lagSeconds = ({ tailRows, sinceFoldSeconds, isRebasing }: FoldStatusRow) =>
  tailRows === 0 && !isRebasing ? 0 : sinceFoldSeconds;
