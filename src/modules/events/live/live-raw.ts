import { constant, fragment, nothing, type SqlFragment } from '../../../kernel/database/sql.js';
import { seen, type LiveOptions, type LiveScope } from './live-ctes.js';
import { eachCounter, type Counter } from './rollup-counters.js';

/** The counters of one event, from those of its attempts `a` that count. */
const ofEvent: Readonly<Record<Counter, string>> = {
  ms: 'coalesce(sum(a.duration_ms), 0)',
  ms_ok: 'coalesce(sum(a.duration_ms) FILTER (WHERE a.success), 0)',
  ms_failed: 'coalesce(sum(a.duration_ms) FILTER (WHERE NOT a.success), 0)',
  events: '1',
  events_ok: '(count(*) FILTER (WHERE a.success) > 0)::int',
  events_failed: '(count(*) FILTER (WHERE NOT a.success) > 0)::int',
  events_open: '(count(a.success) = 0)::int',
  attempts: 'count(*)::int',
  ok: '(count(*) FILTER (WHERE a.success))::int',
  failed: '(count(*) FILTER (WHERE NOT a.success))::int',
  timed: 'count(a.duration_ms)::int',
  timed_ok: '(count(a.duration_ms) FILTER (WHERE a.success))::int',
  timed_failed: '(count(a.duration_ms) FILTER (WHERE NOT a.success))::int',
};

const columns = constant('a.endpoint_id, a.event_ingested_at, a.event_id, a.duration_ms, a.success');

/** The attempts in a range `r`: the user's, or those of an endpoint `m` of theirs. As the last fold saw them where `folded`. */
const attempts = ({ userId, members }: LiveScope, mode: LiveOptions['mode']) => {
  const ofEndpoint = members === null ? nothing : fragment`AND a.endpoint_id = m.endpoint_id`;
  const rows = (table: string, whose: SqlFragment, also: SqlFragment) => fragment`
        SELECT ${columns} FROM ${constant(table)} a
         WHERE ${whose} AND a.event_ingested_at >= r.lo AND a.event_ingested_at < r.hi ${also}`;
  const present =
    members === null ? fragment`a.user_id = ${userId}` : fragment`a.endpoint_id = m.endpoint_id`;
  if (mode === 'live') return rows('delivery_attempts', present, nothing);
  return fragment`${rows('delivery_attempts', present, fragment`AND ${seen('a.written_in')}`)}
         UNION ALL${rows('superseded_attempts', fragment`a.user_id = ${userId} ${ofEndpoint}`, fragment`AND ${seen('a.written_in')} AND NOT ${seen('a.superseded_in')}`)}`;
};

/**
 * `raw`: the counters of each event in `raw_ranges` (s, lo, hi), from its attempts. Not materialized, so that only the
 * counters that are asked for are counted. The user's come in the index's order, by event: nothing is sorted or hashed.
 */
export const rawCte = (scope: LiveScope, { mode }: LiveOptions) => {
  const signed = (sign: string) => eachCounter((name) => `${sign} * ${ofEvent[name]} AS ${name}`);
  if (scope.members === null)
    return fragment`
  raw AS (
    SELECT ${scope.userId}::uuid AS scope_id, x.*
      FROM raw_ranges r
     CROSS JOIN state s
     CROSS JOIN LATERAL (
       SELECT a.event_ingested_at AS at, ${signed('r.s')}
         FROM (${attempts(scope, mode)}) a
        GROUP BY a.event_ingested_at, a.event_id) x
  )`;
  return fragment`
  raw AS (
    SELECT a.scope_id, a.event_ingested_at AS at, ${signed('a.s')}
      FROM (SELECT r.s, m.scope_id, x.event_ingested_at, x.event_id, x.duration_ms, x.success
              FROM raw_ranges r
             CROSS JOIN state s
             CROSS JOIN members m
             CROSS JOIN LATERAL (${attempts(scope, mode)} OFFSET 0) x) a
     GROUP BY a.s, a.scope_id, a.event_ingested_at, a.event_id
  )`;
};
