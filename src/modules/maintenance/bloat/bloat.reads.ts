import type { QueryRunner } from '../../../kernel/database/database.js';
import { measuredIndexBytes, measuredTableBytes, packedIndexBytes, packedTableBytes } from './estimate.js';
import { findPgstattuple } from './queries/find-pgstattuple.sql.js';
import { listIndexSizes, type IndexSizeRow } from './queries/list-index-sizes.sql.js';
import { listTableFacts, type TableFactsRow } from './queries/list-table-facts.sql.js';
import { measureIndex } from './queries/measure-index.sql.js';
import { measureTable } from './queries/measure-table.sql.js';

export type { IndexSizeRow, TableFactsRow };

/** From where on something counts as bloated: both have to be reached. */
export interface BloatBound {
  /** Of the size that it has. */
  minRatio: number;
  minBytes: number;
}

export interface BloatBounds {
  indexes: BloatBound;
  tables: BloatBound;
}

export interface Bloat {
  sizeBytes: number;
  /** Freshly written. */
  packedBytes: number;
  wastedBytes: number;
  wastedRatio: number;
  source: 'estimate' | 'pgstattuple';
}

export type BloatedIndex = Bloat & { facts: IndexSizeRow };
export type BloatedTable = Bloat & { facts: TableFactsRow };

/**
 * What tables and B-trees waste: estimated from the planner's statistics, so by the catalogs alone; what is beyond the
 * bound, and worth reading as a whole, is measured where pgstattuple is installed. Those without statistics are not listed.
 */
export class BloatReads {
  constructor(private readonly runner: QueryRunner) {}

  async indexes(bound: BloatBound, isMeasured: (facts: IndexSizeRow) => boolean): Promise<BloatedIndex[]> {
    const rows = await this.runner.query(listIndexSizes(bound));
    const extension = await this.pgstattuple();
    return this.beyond(rows, bound, packedIndexBytes, async (facts) => {
      if (extension === null || !isMeasured(facts)) return null;
      const [found] = await this.runner.query(measureIndex({ extension, oid: facts.oid }));
      return found === undefined ? null : measuredIndexBytes(found, facts);
    });
  }

  async tables(bound: BloatBound, isMeasured: (facts: TableFactsRow) => boolean): Promise<BloatedTable[]> {
    const rows = await this.runner.query(listTableFacts(bound));
    const extension = await this.pgstattuple();
    return this.beyond(rows, bound, packedTableBytes, async (facts) => {
      if (extension === null || !isMeasured(facts)) return null;
      const [found] = await this.runner.query(measureTable({ extension, oid: facts.oid }));
      return found === undefined ? null : measuredTableBytes(found, facts);
    });
  }

  private async beyond<Facts extends { sizeBytes: string }>(
    rows: readonly Facts[],
    bound: BloatBound,
    estimate: (facts: Facts) => number | null,
    measure: (facts: Facts) => Promise<number | null>,
  ): Promise<(Bloat & { facts: Facts })[]> {
    const found = [];
    for (const facts of rows) {
      const packed = estimate(facts);
      if (packed === null) continue;
      const estimated = { ...bloatOf(Number(facts.sizeBytes), packed, 'estimate'), facts };
      if (!isBeyond(estimated, bound)) continue;
      const real = await measure(facts);
      const bloat =
        real === null ? estimated : { ...bloatOf(Number(facts.sizeBytes), real, 'pgstattuple'), facts };
      if (isBeyond(bloat, bound)) found.push(bloat);
    }
    return found.sort((one, other) => other.wastedBytes - one.wastedBytes);
  }

  private async pgstattuple(): Promise<string | null> {
    const [found] = await this.runner.query(findPgstattuple());
    return found?.schema ?? null;
  }
}

function bloatOf(sizeBytes: number, packedBytes: number, source: Bloat['source']): Bloat {
  const wastedBytes = Math.max(0, sizeBytes - packedBytes);
  return {
    sizeBytes,
    packedBytes,
    wastedBytes,
    wastedRatio: sizeBytes === 0 ? 0 : wastedBytes / sizeBytes,
    source,
  };
}

const isBeyond = ({ wastedBytes, wastedRatio }: Bloat, { minBytes, minRatio }: BloatBound) =>
  wastedBytes >= minBytes && wastedRatio >= minRatio;

/** The live rows, with what is out of line, and the indexes, all of it anew: old and new are there until the end. */
export const rewriteBytes = ({ packedBytes, facts }: BloatedTable) =>
  packedBytes + Number(facts.toastBytes) + Number(facts.indexesBytes);
