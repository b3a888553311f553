import { constant, fragment, identifier, sql } from '../../../../kernel/database/sql.js';
import { literal } from '../setting-values.js';

/** Several values are the items of a list; as one text they would become one item. null: no longer set there. */
export const alterSystem = (p: { name: string; values: readonly string[] | null }) =>
  p.values === null
    ? sql<never>('maintenance.reset-server-setting')`ALTER SYSTEM RESET ${settingName(p.name)}`
    : sql<never>('maintenance.set-server-setting')`
  ALTER SYSTEM SET ${settingName(p.name)} = ${constant(p.values.map(literal).join(', '))}`;

// `pg_stat_statements.max` is two identifiers.
function settingName(name: string) {
  const [first = '', second] = name.split('.');
  return second === undefined ? identifier(first) : fragment`${identifier(first)}.${identifier(second)}`;
}
