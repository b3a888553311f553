import { constant, fragment, nothing, sql, type SqlFragment } from '../../../kernel/database/sql.js';
import {
  isCut,
  liveColumns,
  liveCtes,
  type LiveOptions,
  type LiveRow,
  type LiveScope,
  strideOf,
  windowCtes,
} from '../../events/index.js';
import type { SeriesFilter } from '../statistics.reads.js';
import { removedScopes } from './removed-figures.js';

export interface LiveSeries extends SeriesFilter {
  /** The choice of chains within an application: of the rollups only those of what was removed count just these endpoints. */
  isRaw: boolean;
}

export interface LiveSeriesRow extends LiveRow {
  /** The window's first and last bucket, seconds since 1970; null where there is nothing to show. */
  firstS: string | null;
  lastS: string | null;
  /**
   * Of each bucket that is not quiet, in any order: second, events, attempts, successes, failures and, if there is one, the
   * average in ms, by commas; buckets by semicolons. A row for each costs the client several times what reading them takes.
   */
  points: string | null;
}

/** Events and attempts by 5 minutes, hour or day (UTC) of the event's ingested_at, of the buckets that are not quiet. */
export const liveReadSeries = (p: LiveSeries & { options: LiveOptions }) => {
  const { scope, rollups } = scopeOf(p);
  const stride = constant(`INTERVAL '${strideOf[p.bucket]}'`);
  const outcome = p.success === undefined ? outcomes.any : p.success ? outcomes.ok : outcomes.failed;
  const second = (time: SqlFragment) =>
    fragment`date_part('epoch', date_bin(${stride}, ${time}, 'epoch'))::bigint`;
  return sql<LiveSeriesRow>('statistics.live-read-series')`
  WITH ${liveCtes(scope, p.options)}, scopes AS (${p.isRaw ? nothing : fragment`${rollups} UNION ALL `}${removedScopes(scope)}
  ), ${windowCtes(scope, p.options, p)}, counted AS (
    SELECT date_bin(${stride}, x.at, 'epoch') AS bucket, sum(x.${outcome.events}) AS events, sum(x.${outcome.attempts}) AS attempts,
           ${outcome.ok} AS ok, ${outcome.failures} AS failed, sum(x.${outcome.ms}) / nullif(sum(x.${outcome.timed}), 0) AS avg_ms
      FROM pieces x
     GROUP BY 1
    HAVING sum(x.${outcome.attempts}) > 0
  )
  SELECT ${liveColumns(p.options, isCut)},
         ${second(fragment`w.start`)} AS "firstS", ${second(fragment`least(w.stop - INTERVAL '1 microsecond', s.as_of)`)} AS "lastS",
         (SELECT string_agg(concat_ws(',', date_part('epoch', c.bucket), c.events, c.attempts, c.ok, c.failed, c.avg_ms), ';')
            FROM counted c) AS "points"
    FROM state s
   CROSS JOIN behind bh
    LEFT JOIN bounds w ON ${existing(p)}`;
};

/** What is not the user's, or is deleted, has no buckets, where what is quiet has zeros. */
function existing({ userId, scope }: SeriesFilter): SqlFragment {
  switch (scope.kind) {
    case 'user':
      return fragment`true`;
    case 'application':
      return fragment`EXISTS (SELECT FROM applications a WHERE a.user_id = ${userId} AND a.id = ${scope.id} AND a.deleted_at IS NULL)`;
    case 'endpoint':
      return fragment`EXISTS (SELECT FROM endpoints p WHERE p.user_id = ${userId} AND p.id = ${scope.id} AND p.deleted_at IS NULL)`;
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
          scope: { userId, members: null, parts: ['all'], counts: 'figures' },
          rollups: fragment`
    SELECT ${userId}::uuid AS scope_id, ${userId}::uuid AS out_id`,
        };
      return {
        scope: { userId, members: members('user_id', nothing), parts: ['all', 'chains'], counts: 'figures' },
        rollups: fragment`
    SELECT m.scope_id, m.user_id AS out_id FROM statistics_chain_sets m WHERE m.user_id = ${userId} ${ofChains}`,
      };
    case 'application':
      return {
        scope: {
          userId,
          members: members('application_id', fragment`AND m.application_id = ${scope.id}`),
          parts: ['all', 'applications'],
          counts: 'figures',
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
          counts: 'figures',
        },
        rollups: fragment`
    SELECT m.scope_id, m.scope_id AS out_id
      FROM members m
      JOIN endpoints p ON p.user_id = ${userId} AND p.id = m.scope_id`,
      };
  }
}
