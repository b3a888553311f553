import { identifier, sql } from '../../../../kernel/database/sql.js';

export interface MeasuredIndexRow {
  leafPages: string;
  /** Above the leaves. */
  innerPages: string;
  /** How full the leaves are, in percent. */
  leafDensity: number;
}

/** Reads the whole index. `extension` is the schema of pgstattuple. */
export const measureIndex = (p: { extension: string; oid: string }) =>
  sql<MeasuredIndexRow>('maintenance.measure-index')`
  SELECT s.leaf_pages AS "leafPages", s.internal_pages AS "innerPages", s.avg_leaf_density AS "leafDensity"
    FROM ${identifier(p.extension)}.pgstatindex(${p.oid}::oid::regclass) s
   WHERE s.leaf_pages > 0`;
