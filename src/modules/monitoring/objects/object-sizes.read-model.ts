import type { QueryRunner } from '../../../kernel/database/database.js';
import { listLargestIndexes, type LargestIndexRow } from './queries/list-largest-indexes.sql.js';
import { listLargestTables, type LargestTableRow } from './queries/list-largest-tables.sql.js';
import { readDatabaseFigures, type DatabaseFiguresRow } from './queries/read-database-figures.sql.js';
import { setLockTimeout } from './queries/set-lock-timeout.sql.js';

export interface SizeBounds {
  /** So many, however small they are. */
  least: number;
  /** No more, however large they are. */
  most: number;
  minBytes: number;
}

export interface ObjectSizes {
  tables: LargestTableRow[];
  indexes: LargestIndexRow[];
  database: DatabaseFiguresRow;
}

/** What is locked is left out; this is for what is locked between the two. */
const LOCK_TIMEOUT_MS = 500;

export class ObjectSizesReadModel {
  /** Of a transaction. */
  constructor(private readonly tx: QueryRunner) {}

  async read(bounds: SizeBounds): Promise<ObjectSizes> {
    await this.tx.query(setLockTimeout({ ms: LOCK_TIMEOUT_MS }));
    const tables = await this.tx.query(listLargestTables(bounds));
    const indexes = await this.tx.query(listLargestIndexes(bounds));
    const [database] = await this.tx.query(readDatabaseFigures());
    if (database === undefined) throw new Error('the database is not in pg_stat_database');
    return { tables, indexes, database };
  }
}
