import { fragment, sql, type Places } from '../../../kernel/database/sql.js';
import { removedScopes } from './removed-figures.js';
import { liveColumns, liveCtes, liveStatement, type LiveRow, type LiveScope } from '../../events/index.js';

export interface LiveChainRow extends LiveRow {
  totalEvents: string;
  /** null: no chain has events. */
  chainId: number | null;
  events: string;
}

/**
 * An event counts for each chain of the endpoints that it was tried at; the sets of chains of the rollups hold each event
 * once, so a chain's events are the sum over the sets with it, and all events the sum over all sets.
 */
export const liveReadChainDistribution = liveStatement((p: Places<{ userId: string }>, options) => {
  const scope: LiveScope = {
    userId: p.userId,
    // A scope for each chain, and one for all of them.
    members: fragment`
    SELECT m.endpoint_id, c.scope_id
      FROM statistics_endpoints m
     CROSS JOIN LATERAL (
       SELECT lpad(to_hex(chain), 32, '0')::uuid AS scope_id FROM unnest(m.chain_ids) AS chain
        UNION ALL
       SELECT ${p.userId}::uuid WHERE m.chain_ids <> '{}') c
     WHERE m.user_id = ${p.userId}`,
    parts: ['all', 'chains'],
    counts: 'figures',
  };
  return sql<LiveChainRow>('statistics.live-read-chain-distribution')`
  WITH ${liveCtes(scope, options)}, sets AS MATERIALIZED (
    SELECT cs.chain_ids, t.events
      FROM statistics_chain_sets cs
      JOIN statistics_totals t ON t.user_id = cs.user_id AND t.scope_id = cs.scope_id
     WHERE cs.user_id = ${p.userId}
  ), others AS MATERIALIZED (
    SELECT k.scope_id, t.events
      FROM (${removedScopes(scope)}) k (set_id, scope_id)
      JOIN statistics_totals t ON t.user_id = ${p.userId} AND t.scope_id = k.set_id
     UNION ALL
    SELECT d.scope_id, d.events FROM delta d
  ), counted AS (
    SELECT x.chain_id, sum(x.events)::bigint AS events
      FROM (SELECT chain AS chain_id, s.events FROM sets s CROSS JOIN LATERAL unnest(s.chain_ids) AS chain
             UNION ALL
            SELECT chain.id, o.events
              FROM others o
              JOIN (SELECT DISTINCT chain AS id, lpad(to_hex(chain), 32, '0')::uuid AS scope_id
                      FROM statistics_endpoints m CROSS JOIN LATERAL unnest(m.chain_ids) AS chain
                     WHERE m.user_id = ${p.userId}) chain ON chain.scope_id = o.scope_id) x
     GROUP BY x.chain_id
    HAVING sum(x.events) > 0
  )
  SELECT ${liveColumns(options)},
         (SELECT coalesce(sum(x.events), 0)::bigint FROM sets x)
           + (SELECT coalesce(sum(o.events), 0)::bigint FROM others o WHERE o.scope_id = ${p.userId}) AS "totalEvents",
         c.chain_id AS "chainId", c.events AS "events"
    FROM state s
   CROSS JOIN behind bh
    LEFT JOIN counted c ON true
   ORDER BY c.events DESC, c.chain_id`;
});
