import type { QueryRunner } from '../../../kernel/database/database.js';
import { listDatabaseAges, type DatabaseAgeRow } from './queries/list-database-ages.sql.js';
import type { IndexOrder } from './dto/index-orders.js';
import { listIndexUsage, type IndexUsageRow } from './queries/list-index-usage.sql.js';
import { listSequences, type SequenceRow } from './queries/list-sequences.sql.js';
import { listUnindexedKeys, type UnindexedKeyRow } from './queries/list-unindexed-keys.sql.js';
import { readDatabaseFigures, type DatabaseFiguresRow } from './queries/read-database-figures.sql.js';
import { readSampleSteps, type SampleStepRow } from './queries/read-sample-steps.sql.js';
import { readServerAutovacuum, type ServerAutovacuumRow } from './queries/read-server-autovacuum.sql.js';
import { readCatalogViewer, type CatalogViewerRow } from './queries/read-catalog-viewer.sql.js';
import { sumSamples, type SampleSumRow } from './queries/sum-samples.sql.js';

export type {
  DatabaseAgeRow,
  DatabaseFiguresRow,
  IndexUsageRow,
  SampleStepRow,
  SampleSumRow,
  SequenceRow,
  ServerAutovacuumRow,
  UnindexedKeyRow,
  CatalogViewerRow,
};

/** Smaller tables are not worth a word about what is not known of them. */
const LARGE_BYTES = 64 * 1024 * 1024;

interface Page {
  limit: number;
  offset: number;
}

/** Of the catalogs, the statistics and the samples; waits for no lock. */
export class ObjectsReadModel {
  constructor(private readonly runner: QueryRunner) {}

  async viewer(largeBytes = LARGE_BYTES): Promise<CatalogViewerRow> {
    const [row] = await this.runner.query(readCatalogViewer({ largeBytes }));
    if (row === undefined) throw new Error('a SELECT without FROM has given no row');
    return row;
  }

  async autovacuum(): Promise<ServerAutovacuumRow> {
    const [row] = await this.runner.query(readServerAutovacuum());
    if (row === undefined) throw new Error('a SELECT without FROM has given no row');
    return row;
  }

  async database(): Promise<DatabaseFiguresRow> {
    const [row] = await this.runner.query(readDatabaseFigures());
    if (row === undefined) throw new Error('the database is not in pg_stat_database');
    return row;
  }

  databaseAges(): Promise<DatabaseAgeRow[]> {
    return this.runner.query(listDatabaseAges());
  }

  indexUsage(page: Page & { order: IndexOrder }): Promise<IndexUsageRow[]> {
    return this.runner.query(listIndexUsage(page));
  }

  sequences(page: Page): Promise<(SequenceRow & { total: number })[]> {
    return this.runner.query(listSequences(page));
  }

  unindexedKeys(): Promise<UnindexedKeyRow[]> {
    return this.runner.query(listUnindexedKeys());
  }

  /** The last figure of each step, by object, oldest first. */
  async steps(which: {
    series: string;
    objects: readonly string[] | null;
    days: number;
    stepHours: number;
  }): Promise<ReadonlyMap<string, SampleStepRow[]>> {
    const steps = new Map<string, SampleStepRow[]>();
    for (const row of await this.runner.query(readSampleSteps(which))) {
      const known = steps.get(row.object);
      if (known === undefined) steps.set(row.object, [row]);
      else known.push(row);
    }
    return steps;
  }

  /** Of what was counted in the last hours. */
  sums(series: readonly string[], hours: number): Promise<SampleSumRow[]> {
    return this.runner.query(sumSamples({ series, hours }));
  }
}
