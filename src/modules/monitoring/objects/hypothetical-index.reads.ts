import { z } from 'zod';
import type { QueryRunner } from '../../../kernel/database/database.js';
import { unnamed } from '../../../kernel/database/sql.js';
import { columnList } from './names.js';
import { findHypopg } from './queries/find-hypopg.sql.js';
import type { UnindexedKeyRow } from './queries/list-unindexed-keys.sql.js';
import { dropHypotheticalIndex, explainKeyLookup, makeHypotheticalIndex } from './queries/try-index.sql.js';

export interface IndexTrial {
  /** The planner would use it. */
  isTaken: boolean;
  costWithout: number;
  costWith: number;
  sizeBytes: number;
}

const planSchema = z.tuple([z.object({ Plan: z.looseObject({ 'Total Cost': z.number() }) })]);

const notInstalled =
  'hypopg is not installed, so no index was tried with the planner: CREATE EXTENSION hypopg (package postgresql-<version>-hypopg)';

/** Asks the planner whether it would use an index that is not there. */
export class HypotheticalIndexReads {
  /** Of one transaction: such an index is of one session. */
  constructor(private readonly tx: QueryRunner) {}

  /** One by one, in the order of the keys; null: it could not be tried. */
  async tryAll(
    keys: readonly UnindexedKeyRow[],
  ): Promise<{ trials: (IndexTrial | null)[]; limits: string[] }> {
    const [extension] = await this.tx.query(findHypopg());
    if (extension === undefined) return { trials: keys.map(() => null), limits: [notInstalled] };
    const trials = [];
    for (const key of keys) trials.push(await this.tryOne(key, extension.schema));
    const unread = keys.filter(({ mayRead }) => !mayRead).map(({ table }) => table);
    return {
      trials,
      limits:
        unread.length === 0
          ? []
          : [`no index was tried on ${unread.join(', ')}: GRANT SELECT on them, and on what they refer to`],
    };
  }

  private async tryOne(key: UnindexedKeyRow, extension: string): Promise<IndexTrial | null> {
    if (key.isPartitioned || !key.mayRead) return null;
    const before = await this.plan(key);
    const definition = `CREATE INDEX ON ${key.table} (${columnList(key.columns)})`;
    const [index] = await this.tx.query(unnamed(makeHypotheticalIndex({ extension, definition })));
    if (index === undefined) return null;
    const after = await this.plan(key);
    await this.tx.query(unnamed(dropHypotheticalIndex({ extension, oid: index.oid })));
    return {
      isTaken: JSON.stringify(after.Plan).includes(JSON.stringify(index.index)),
      costWithout: before.Plan['Total Cost'],
      costWith: after.Plan['Total Cost'],
      sizeBytes: index.sizeBytes,
    };
  }

  private async plan(key: UnindexedKeyRow) {
    const [row] = await this.tx.query(unnamed(explainKeyLookup(key)));
    const [plan] = planSchema.parse(row?.['QUERY PLAN']);
    return plan;
  }
}
