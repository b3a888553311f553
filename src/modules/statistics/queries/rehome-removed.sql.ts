import { constant, fragment, sql } from '../../../kernel/database/sql.js';
import { counterNames, counterSums } from '../../events/index.js';
import type { removedTables } from './drop-emptied.sql.js';
import { endpointSet, REMOVED_KIND } from './keep-removed.sql.js';
import { added } from './rollup-deltas.js';

interface OfUser {
  userId: string;
}

/** `parts`: the user's sets with an endpoint that has another owner now, divided by owner; without endpoints that are gone. */
const partsCte = ({ userId }: OfUser) => fragment`
  strays AS (
    SELECT k.scope_id, k.endpoint_ids, k.first_at, k.last_at
      FROM statistics_removed_sets k
     WHERE k.user_id = ${userId}
       AND EXISTS (SELECT FROM endpoints p WHERE p.id = ANY (k.endpoint_ids) AND p.user_id <> ${userId})
  ), parts AS MATERIALIZED (
    SELECT x.scope_id AS stray_id, x.owner_id, x.endpoint_ids, ${endpointSet('x.owner_id', 'x.endpoint_ids')} AS scope_id,
           x.first_at, x.last_at
      FROM (SELECT s.scope_id, p.user_id AS owner_id, array_agg(p.id ORDER BY p.id) AS endpoint_ids, s.first_at, s.last_at
              FROM strays s
              JOIN endpoints p ON p.id = ANY (s.endpoint_ids)
             GROUP BY s.scope_id, s.first_at, s.last_at, p.user_id) x
  )`;

export const addRehomedSets = (p: OfUser) => sql<object>('statistics.add-rehomed-sets')`
  WITH ${partsCte(p)}
  INSERT INTO statistics_removed_sets AS t (user_id, scope_id, endpoint_ids, first_at, last_at)
  SELECT n.owner_id, n.scope_id, n.endpoint_ids, min(n.first_at), max(n.last_at)
    FROM parts n
   GROUP BY n.owner_id, n.scope_id, n.endpoint_ids
      ON CONFLICT (user_id, scope_id) DO UPDATE
     SET first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at)`;

/** An event of several owners' endpoints is one event of each, as ever. */
export const rehomeRemoved = (table: (typeof removedTables)[number], p: OfUser) =>
  sql<object>(`statistics.rehome-removed-${table}`)`
  WITH ${partsCte(p)}, taken AS (
    DELETE FROM ${constant(table)} t
     USING strays s
     WHERE t.user_id = ${p.userId} AND t.scope_id = s.scope_id
    RETURNING t.scope_id AS stray_id, t.bucket, t.ms, t.ms_ok, t.ms_failed, t.events, t.events_ok, t.events_failed,
              t.events_open, t.attempts, t.ok, t.failed, t.timed, t.timed_ok, t.timed_failed
  )
  INSERT INTO ${constant(table)} AS t (user_id, scope_id, bucket, kind, ${counterNames})
  SELECT n.owner_id, n.scope_id, x.bucket, ${constant(String(REMOVED_KIND))}, ${counterSums}
    FROM taken x
    JOIN parts n ON n.stray_id = x.stray_id
   GROUP BY n.owner_id, n.scope_id, x.bucket
      ON CONFLICT (user_id, scope_id, bucket) DO UPDATE SET ${added}`;

export const dropStraySets = ({ userId }: OfUser) => sql<object>('statistics.drop-stray-sets')`
  DELETE FROM statistics_removed_sets k
   WHERE k.user_id = ${userId}
     AND EXISTS (SELECT FROM endpoints p WHERE p.id = ANY (k.endpoint_ids) AND p.user_id <> ${userId})`;
