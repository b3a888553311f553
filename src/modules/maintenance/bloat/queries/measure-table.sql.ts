import { identifier, sql } from '../../../../kernel/database/sql.js';

export interface MeasuredTableRow {
  sizeBytes: string;
  liveBytes: string;
  liveRows: string;
}

/** Reads the pages that are not all-visible. `extension` is the schema of pgstattuple. */
export const measureTable = (p: { extension: string; oid: string }) =>
  sql<MeasuredTableRow>('maintenance.measure-table')`
  SELECT s.table_len AS "sizeBytes", s.approx_tuple_len::bigint AS "liveBytes", s.approx_tuple_count::bigint AS "liveRows"
    FROM ${identifier(p.extension)}.pgstattuple_approx(${p.oid}::oid::regclass) s`;
