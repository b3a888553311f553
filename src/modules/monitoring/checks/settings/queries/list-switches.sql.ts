import { sql } from '../../../../../kernel/database/sql.js';

export interface SwitchRow {
  name: string;
  isOn: boolean;
}

export const listSwitches = (p: { names: readonly string[] }) => sql<SwitchRow>('monitoring.list-switches')`
  SELECT s.name, s.setting = 'on' AS "isOn"
    FROM pg_settings s
   WHERE s.name = ANY (${[...p.names]}::text[]) AND s.vartype = 'bool'
   ORDER BY s.name`;
