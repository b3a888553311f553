import { constant, fragment, identifier, nothing, sql } from '../../../../kernel/database/sql.js';
import type { History } from '../histories.js';

const outdated = ({ table, time, keptDays, keepsNewestOf }: History) => {
  const same = keepsNewestOf.map((column) => `n.${column} = h.${column}`).join(' AND ');
  const newest =
    same === ''
      ? nothing
      : fragment`AND EXISTS (SELECT FROM ${identifier(table)} n WHERE ${constant(same)} AND n.id > h.id)`;
  return fragment`
      FROM ${identifier(table)} h
     WHERE h.${identifier(time)} < now() - make_interval(days => ${keptDays}) ${newest}`;
};

export const countOutdated = (history: History) => sql<{ rows: number }>('maintenance.count-outdated')`
  SELECT count(*)::int AS "rows" ${outdated(history)}`;

/** The oldest `rows` of them; what somebody else holds is left for the next time. */
export const pruneHistory = (history: History & { rows: number }) => sql<{ removed: number }>(
  'maintenance.prune-history',
)`
  WITH old AS MATERIALIZED (
    SELECT h.ctid AS place ${outdated(history)}
     ORDER BY h.${identifier(history.time)}, h.ctid
     LIMIT ${history.rows} FOR UPDATE SKIP LOCKED
  ), gone AS (
    DELETE FROM ${identifier(history.table)} h USING old o WHERE h.ctid = o.place RETURNING 1
  )
  SELECT count(*)::int AS "removed" FROM gone`;
