import {
  constant,
  fragment,
  nodeMoment,
  nothing,
  type Bindable,
  type SqlFragment,
} from '../../../kernel/database/sql.js';

/**
 * `live`: rollups and everything that is not in them yet, as this statement sees it. `folded`: as the last fold saw it, for
 * when there is too much that is not in them yet.
 */
export type LiveMode = 'live' | 'folded';

/** Whose figures: every attempt of the user, or those at chosen endpoints, each of which counts for one scope. */
export interface LiveScope {
  userId: Bindable<string>;
  /** null: the user's, whatever endpoint. Else a SELECT of (endpoint_id, scope_id). */
  members: SqlFragment | null;
  /** What of the rollups it needs to be true. */
  parts: readonly ('all' | 'applications' | 'chains')[];
  /** `figures` keep what retention has removed, of which the fold takes care; `rows` are those that are there. */
  counts: 'figures' | 'rows';
}

export interface LiveOptions {
  mode: LiveMode;
  /** More rows than this that are in no rollup yet are not read. */
  maxTailRows: Bindable<number>;
}

export const seen = (column: string) =>
  constant(`(${column} IS NULL OR (${column} < s.horizon AND ${column} <> ALL (s.in_flight)))`);

const membersCte = ({ members }: LiveScope) =>
  members === null
    ? nothing
    : fragment`
  members AS MATERIALIZED (${members}
  ),`;

const stateCte = ({ userId, parts }: LiveScope, mode: LiveMode) => fragment`
  state AS MATERIALIZED (
    SELECT s.horizon, s.in_flight, s.fine_from, s.caught_up,
           ${mode === 'live' ? nodeMoment : fragment`s.folded_at`} AS as_of,
           s.rebasing OR s.horizon > pg_snapshot_xmax(pg_current_snapshot())
             OR EXISTS (SELECT FROM statistics_rebuilds r
                         WHERE r.user_id = ${userId} AND r.part = ANY (${[...parts]}::text[])) AS is_stale
      FROM statistics_state s
  ),`;

const tailColumns = (alias: string) =>
  constant(
    `${alias}.user_id, ${alias}.endpoint_id, ${alias}.event_ingested_at, ${alias}.event_id, ${alias}.duration_ms, ${alias}.success`,
  );

/** No transaction has it: xid8 ends here. */
const LAST_ID = constant(`'18446744073709551615'::xid8`);

// From the horizon on, and each that was in flight. ORDER BY with LIMIT holds the planner to the index, whatever its
// statistics say of rows written since.
const newer = (table: string, columns: SqlFragment, column: string, limit: Bindable<number>) => fragment`
    SELECT x.*
      FROM state s
     CROSS JOIN LATERAL unnest(array_prepend(s.horizon, s.in_flight), array_prepend(${LAST_ID}, s.in_flight)) AS f (first, last)
     CROSS JOIN LATERAL (
       SELECT ${columns} FROM ${constant(table)} a
        WHERE a.${constant(column)} >= f.first AND a.${constant(column)} <= f.last
        ORDER BY a.${constant(column)} LIMIT ${limit}::int + 1) x`;

const signed = (scope: LiveScope, sign: 1 | -1, from: string, where: SqlFragment) => fragment`
    SELECT ${constant(String(sign))} AS s, ${scope.members === null ? fragment`x.user_id` : fragment`m.scope_id`} AS scope_id,
           x.endpoint_id, x.event_ingested_at, x.event_id, x.duration_ms, x.success
      FROM ${constant(from)} x
      ${scope.members === null ? nothing : fragment`JOIN members m ON m.endpoint_id = x.endpoint_id`}
     WHERE x.user_id = ${scope.userId} ${where}`;

const notRemoved = fragment`AND x.superseded_in NOT IN (SELECT r.removed_in FROM statistics_removals r)`;

const tailCtes = (scope: LiveScope, { maxTailRows }: LiveOptions) => fragment`
  written AS MATERIALIZED (${newer('delivery_attempts', tailColumns('a'), 'written_in', maxTailRows)}
  ), superseded AS MATERIALIZED (${newer('superseded_attempts', fragment`${tailColumns('a')}, a.written_in, a.superseded_in`, 'superseded_in', maxTailRows)}
  ), behind AS MATERIALIZED (
    SELECT (SELECT count(*) FROM written) > ${maxTailRows}::int OR (SELECT count(*) FROM superseded) > ${maxTailRows}::int AS is_behind
  ), tail AS MATERIALIZED (${signed(scope, 1, 'written', nothing)}
     UNION ALL
    ${signed(scope, -1, 'superseded', fragment`AND (SELECT ${seen('x.written_in')} FROM state s) ${scope.counts === 'figures' ? notRemoved : nothing}`)}
  ),`;

const noTailCtes = fragment`
  behind AS (SELECT false AS is_behind), tail AS MATERIALIZED (
    SELECT 1 AS s, NULL::uuid AS scope_id, NULL::uuid AS endpoint_id, NULL::timestamptz AS event_ingested_at,
           NULL::uuid AS event_id, NULL::integer AS duration_ms, NULL::boolean AS success
     WHERE false
  ),`;

/** The counters in the rollups' own types: an integer is summed several times faster than what its sum would become. */
const signedSums = (alias: string) =>
  constant(`sum(${alias}.s)::int AS n,
           coalesce(sum(${alias}.s) FILTER (WHERE ${alias}.success), 0)::int AS ok,
           coalesce(sum(${alias}.s) FILTER (WHERE NOT ${alias}.success), 0)::int AS failed,
           coalesce(sum(${alias}.s) FILTER (WHERE ${alias}.duration_ms IS NOT NULL), 0)::int AS timed,
           coalesce(sum(${alias}.s) FILTER (WHERE ${alias}.duration_ms IS NOT NULL AND ${alias}.success), 0)::int AS timed_ok,
           coalesce(sum(${alias}.s) FILTER (WHERE ${alias}.duration_ms IS NOT NULL AND NOT ${alias}.success), 0)::int AS timed_failed,
           coalesce(sum(${alias}.s::bigint * ${alias}.duration_ms), 0)::bigint AS ms,
           coalesce(sum(${alias}.s::bigint * ${alias}.duration_ms) FILTER (WHERE ${alias}.success), 0)::bigint AS ms_ok,
           coalesce(sum(${alias}.s::bigint * ${alias}.duration_ms) FILTER (WHERE NOT ${alias}.success), 0)::bigint AS ms_failed`);

/**
 * `delta`: what the tail changes of each scope's counters, by event. What an event was in the rollups follows from what
 * it is now and what the tail has of it.
 */
const deltaCte = (scope: LiveScope) => fragment`
  touched AS MATERIALIZED (
    SELECT t.scope_id, t.event_ingested_at, t.event_id, ${signedSums('t')}
      FROM tail t
     WHERE NOT (SELECT b.is_behind FROM behind b)
     GROUP BY t.scope_id, t.event_ingested_at, t.event_id
  ), delta AS MATERIALIZED (
    SELECT t.scope_id, t.event_ingested_at AS at, t.ms, t.ms_ok, t.ms_failed,
           (p.n > 0)::int - (p.n - t.n > 0)::int AS events,
           (p.ok > 0)::int - (p.ok - t.ok > 0)::int AS events_ok,
           (p.failed > 0)::int - (p.failed - t.failed > 0)::int AS events_failed,
           (p.n > 0 AND p.ok + p.failed = 0)::int
             - (p.n - t.n > 0 AND p.ok - t.ok + p.failed - t.failed = 0)::int AS events_open,
           t.n AS attempts, t.ok, t.failed, t.timed, t.timed_ok, t.timed_failed
      FROM touched t
     CROSS JOIN LATERAL (
       SELECT count(*) AS n, count(*) FILTER (WHERE a.success) AS ok, count(*) FILTER (WHERE NOT a.success) AS failed
         FROM delivery_attempts a
         ${scope.members === null ? nothing : fragment`JOIN members m ON m.endpoint_id = a.endpoint_id AND m.scope_id = t.scope_id`}
        WHERE a.user_id = ${scope.userId} AND a.event_ingested_at = t.event_ingested_at AND a.event_id = t.event_id) p
  )`;

/** Everything up to `state`, `behind`, `tail` and `delta`. */
export const liveCtes = (scope: LiveScope, options: LiveOptions) =>
  fragment`${membersCte(scope)}${stateCte(scope, options.mode)}${options.mode === 'live' ? tailCtes(scope, options) : noTailCtes}${deltaCte(scope)}`;
