import { constant, fragment, nothing, sql, type SqlFragment } from '../../../kernel/database/sql.js';
import {
  liveColumns,
  liveCtes,
  type LiveOptions,
  type LiveRow,
  type LiveScope,
  strideOf,
  windowCtes,
} from '../../events/index.js';
import type { SeriesFilter, SeriesRow } from '../statistics.reads.js';

export interface LiveSeries extends SeriesFilter {
  /** The choice of chains within an application: none of the rollups counts just those endpoints. */
  isRaw: boolean;
}

/**
 * Events and attempts by 5 minutes, hour or day (UTC) of the event's ingested_at; a quiet bucket is a row of zeros. What the
 * statement tells of itself is a row of its own, the first, so that thousands of points do not repeat it.
 */
export const liveReadSeries = (p: LiveSeries & { options: LiveOptions }) => {
  const { scope, rollups } = scopeOf(p);
  const stride = constant(`INTERVAL '${strideOf[p.bucket]}'`);
  const outcome = p.success === undefined ? outcomes.any : p.success ? outcomes.ok : outcomes.failed;
  return sql<LiveRow & (SeriesRow | Record<keyof SeriesRow, null>)>('statistics.live-read-series')`
  WITH ${liveCtes(scope, p.options)}, scopes AS (${rollups}
  ), ${windowCtes(scope, p.options, p)}, counted AS (
    SELECT date_bin(${stride}, x.at, 'epoch') AS bucket,
           sum(x.${outcome.events})::bigint AS events, sum(x.${outcome.attempts})::bigint AS attempts,
           ${outcome.ok}::bigint AS ok, ${outcome.failures}::bigint AS failed,
           (sum(x.${outcome.ms})::numeric / nullif(sum(x.${outcome.timed}), 0))::float8 AS avg_ms
      FROM pieces x
     GROUP BY 1
    HAVING sum(x.${outcome.attempts}) > 0
  ), calendar AS (
    SELECT generate_series(date_bin(${stride}, b.start, 'epoch'), least(b.stop - INTERVAL '1 microsecond', s.as_of), ${stride}) AS bucket
      FROM bounds b
     CROSS JOIN state s
     ${existing(p)}
  ), series AS (
    SELECT bucket, coalesce(c.events, 0) AS events, coalesce(c.attempts, 0) AS attempts, coalesce(c.ok, 0) AS ok,
           coalesce(c.failed, 0) AS failed, c.avg_ms
      FROM calendar
      FULL JOIN counted c USING (bucket)
  )
  SELECT ${liveColumns(p.options)},
         NULL::timestamptz AS "timestamp", NULL::bigint AS "events", NULL::bigint AS "deliveries", NULL::bigint AS "successes",
         NULL::bigint AS "failures", NULL::float8 AS "avgDurationMs"
    FROM state s
   CROSS JOIN behind bh
   UNION ALL
  SELECT NULL, NULL, NULL, NULL, x.bucket, x.events, x.attempts, x.ok, x.failed, x.avg_ms
    FROM series x
   ORDER BY "timestamp" NULLS FIRST`;
};

/** What is not the user's has no buckets, where what is quiet has zeros. */
function existing({ userId, scope }: SeriesFilter): SqlFragment {
  switch (scope.kind) {
    case 'user':
      return nothing;
    case 'application':
      return fragment`WHERE EXISTS (SELECT FROM applications a WHERE a.user_id = ${userId} AND a.id = ${scope.id})`;
    case 'endpoint':
      return fragment`WHERE EXISTS (SELECT FROM endpoints p WHERE p.user_id = ${userId} AND p.id = ${scope.id})`;
  }
}

const column = (name: string) => constant(name);
const outcomes = {
  any: {
    events: column('events'),
    attempts: column('attempts'),
    ok: column('sum(x.ok)'),
    failures: column('sum(x.failed)'),
    ms: column('ms'),
    timed: column('timed'),
  },
  ok: {
    events: column('events_ok'),
    attempts: column('ok'),
    ok: column('sum(x.ok)'),
    failures: column('0'),
    ms: column('ms_ok'),
    timed: column('timed_ok'),
  },
  failed: {
    events: column('events_failed'),
    attempts: column('failed'),
    ok: column('0'),
    failures: column('sum(x.failed)'),
    ms: column('ms_failed'),
    timed: column('timed_failed'),
  },
} as const;

function scopeOf({ userId, scope, chainIds }: SeriesFilter): { scope: LiveScope; rollups: SqlFragment } {
  const ofChains = chainIds === undefined ? nothing : fragment`AND m.chain_ids && ${chainIds}::int[]`;
  const members = (scopeId: string, where: SqlFragment) => fragment`
    SELECT m.endpoint_id, m.${constant(scopeId)} AS scope_id FROM statistics_endpoints m
     WHERE m.user_id = ${userId} ${where} ${ofChains}`;
  switch (scope.kind) {
    case 'user':
      if (chainIds === undefined)
        return {
          scope: { userId, members: null, parts: ['all'] },
          rollups: fragment`
    SELECT ${userId}::uuid AS scope_id, ${userId}::uuid AS out_id`,
        };
      return {
        scope: { userId, members: members('user_id', nothing), parts: ['all', 'chains'] },
        rollups: fragment`
    SELECT m.scope_id, m.user_id AS out_id FROM statistics_chain_sets m WHERE m.user_id = ${userId} ${ofChains}`,
      };
    case 'application':
      return {
        scope: {
          userId,
          members: members('application_id', fragment`AND m.application_id = ${scope.id}`),
          parts: ['all', 'applications'],
        },
        rollups: fragment`
    SELECT a.id AS scope_id, a.id AS out_id FROM applications a WHERE a.user_id = ${userId} AND a.id = ${scope.id}`,
      };
    case 'endpoint':
      return {
        scope: {
          userId,
          members: members('endpoint_id', fragment`AND m.endpoint_id = ${scope.id}`),
          parts: ['all'],
        },
        rollups: fragment`
    SELECT m.scope_id, m.scope_id AS out_id
      FROM members m
      JOIN endpoints p ON p.user_id = ${userId} AND p.id = m.scope_id`,
      };
  }
}
