import { sql } from '../../../../kernel/database/sql.js';

export interface FileSettingRow {
  name: string;
  setting: string;
  /** Of postgresql.auto.conf, which ALTER SYSTEM writes. */
  isAuto: boolean;
  error: string | null;
}

/** What holds of what the configuration files say: of each name the last one. */
export const listFileSettings = () => sql<FileSettingRow>('maintenance.list-file-settings')`
  SELECT DISTINCT ON (f.name) f.name, f.setting, f.sourcefile LIKE '%postgresql.auto.conf' AS "isAuto", f.error
    FROM pg_file_settings f WHERE f.name IS NOT NULL
   ORDER BY f.name, f.seqno DESC`;
