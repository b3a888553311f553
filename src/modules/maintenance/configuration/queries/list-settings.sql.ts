import { fragment, sql } from '../../../../kernel/database/sql.js';

export interface SettingRow {
  name: string;
  /** In `unit`, of this session. */
  setting: string;
  unit: string | null;
  type: 'bool' | 'enum' | 'integer' | 'real' | 'string';
  context: string;
  /** `client`: our own connections set it, whatever the server says. */
  source: string;
  bootValue: string | null;
  min: number | null;
  max: number | null;
  choices: string[] | null;
  isPendingRestart: boolean;
  mayAlter: boolean;
}

/** Those of `names` that this server has and this role may see; and those that wait for a restart. */
export const listSettings = (p: { names: readonly string[]; major: number }) =>
  sql<SettingRow>('maintenance.list-settings')`
  SELECT s.name, s.setting, s.unit, s.vartype AS "type", s.context, s.source, s.boot_val AS "bootValue",
         s.min_val::float8 AS "min", s.max_val::float8 AS "max", s.enumvals AS "choices",
         s.pending_restart AS "isPendingRestart",
         ${p.major >= 15 ? fragment`has_parameter_privilege(s.name, 'ALTER SYSTEM')` : fragment`(SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user)`} AS "mayAlter"
    FROM pg_settings s WHERE s.name = ANY (${p.names}) OR s.pending_restart
   ORDER BY s.name`;
