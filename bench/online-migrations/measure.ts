import {
  hasBackfills,
  selectBackfills,
  selectChecksums,
  selectDatabaseSize,
  selectIndexSizes,
  selectTableSizes,
  type BackfillProgress,
  type Checksum,
  type IndexSize,
  type TableSizes,
} from './measures.sql.js';
import { withSession } from './session.js';

export interface Sizes {
  databaseBytes: number;
  tables: TableSizes[];
  indexes: IndexSize[];
}

export const measureSizes = (databaseUrl: string): Promise<Sizes> =>
  withSession(databaseUrl, async (query) => ({
    databaseBytes: (await query<{ bytes: number }>(selectDatabaseSize))[0]?.bytes ?? 0,
    tables: await query<TableSizes>(selectTableSizes),
    indexes: await query<IndexSize>(selectIndexSizes),
  }));

/** Of what no writer touches any more: the rows written before `before`, a time of the database's clock. */
export const checksums = (databaseUrl: string, before: string): Promise<Checksum[]> =>
  withSession(databaseUrl, (query) => query<Checksum>(selectChecksums, [before]));

export const databaseTime = (databaseUrl: string): Promise<string> =>
  withSession(databaseUrl, async (query) => {
    const rows = await query<{ now: string }>('SELECT clock_timestamp()::text AS "now"');
    return rows[0]?.now as string;
  });

/** What the backfills have recorded; none where no migration has made that table. */
export const readBackfills = (databaseUrl: string): Promise<BackfillProgress[]> =>
  withSession(databaseUrl, async (query) => {
    const [exists] = await query<{ yes: boolean }>(hasBackfills);
    return exists?.yes ? query<BackfillProgress>(selectBackfills) : [];
  });
