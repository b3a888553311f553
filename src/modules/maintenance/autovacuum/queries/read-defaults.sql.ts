import { sql } from '../../../../kernel/database/sql.js';

/** What holds for a table without settings of its own. */
export interface AutovacuumDefaultsRow {
  vacuumThreshold: number;
  vacuumScaleFactor: number;
  /** 18 and later; null: no bound. */
  vacuumMaxThreshold: number | null;
  insertThreshold: number;
  insertScaleFactor: number;
  analyzeThreshold: number;
  analyzeScaleFactor: number;
  isOn: boolean;
}

export const readAutovacuumDefaults = () => sql<AutovacuumDefaultsRow>(
  'maintenance.read-autovacuum-defaults',
)`
  SELECT current_setting('autovacuum_vacuum_threshold')::float8 AS "vacuumThreshold",
         current_setting('autovacuum_vacuum_scale_factor')::float8 AS "vacuumScaleFactor",
         nullif(current_setting('autovacuum_vacuum_max_threshold', true)::float8, -1) AS "vacuumMaxThreshold",
         current_setting('autovacuum_vacuum_insert_threshold')::float8 AS "insertThreshold",
         current_setting('autovacuum_vacuum_insert_scale_factor')::float8 AS "insertScaleFactor",
         current_setting('autovacuum_analyze_threshold')::float8 AS "analyzeThreshold",
         current_setting('autovacuum_analyze_scale_factor')::float8 AS "analyzeScaleFactor",
         current_setting('autovacuum')::boolean AND current_setting('track_counts')::boolean AS "isOn"`;
