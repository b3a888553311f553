import { Injectable } from '@nestjs/common';
import { Database } from '../../../kernel/database/database.js';
import { BloatReads, type Bloat, type BloatBound, type BloatBounds } from './bloat.reads.js';
import type { BloatDto } from './dto/bloat.dto.js';

/** Less is noise of the estimate. */
const reported: BloatBound = { minRatio: 0.1, minBytes: 1024 * 1024 };

/** How much tables and indexes waste. */
@Injectable()
export class BloatService {
  constructor(private readonly database: Database) {}

  /** `measured`: with pgstattuple, where it is installed, which reads what it measures. */
  report(
    measured: boolean,
    bounds: BloatBounds = { indexes: reported, tables: reported },
  ): Promise<BloatDto> {
    return this.database.transaction({ work: 'background', readOnly: true }, async (tx) => {
      const reads = new BloatReads(tx);
      const indexes = await reads.indexes(bounds.indexes, () => measured);
      const tables = await reads.tables(bounds.tables, () => measured);
      return {
        tables: tables.map((bloat) => ({
          ...toDto(bloat),
          schema: bloat.facts.schema,
          table: bloat.facts.table,
        })),
        indexes: indexes.map((bloat) => ({
          ...toDto(bloat),
          schema: bloat.facts.schema,
          table: bloat.facts.table,
          index: bloat.facts.index,
        })),
      };
    });
  }
}

const toDto = ({ sizeBytes, wastedBytes, wastedRatio, source }: Bloat) => ({
  size_bytes: sizeBytes,
  wasted_bytes: wastedBytes,
  wasted_ratio: wastedRatio,
  source,
});
