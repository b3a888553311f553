import { nodeMoment, sql } from '../../../kernel/database/sql.js';
import type { ChainRow } from '../statistics.reads.js';
import type { RowOrMoment } from './row-or-moment.js';

/**
 * Distinct events by the chains of the endpoints that they were tried at, and distinct events of all these chains.
 * Endpoints without chains have no part in it, nor have chains without events.
 */
export const originalReadChainDistribution = (p: { userId: string }) =>
  sql<RowOrMoment<ChainRow, 'chainId'> & { totalEvents: string }>(
    'statistics.original-read-chain-distribution',
  )`
  WITH endpoint_chains AS MATERIALIZED (
    SELECT DISTINCT ep.id AS endpoint_id, chain.id AS chain_id
      FROM applications a
      JOIN endpoints ep ON ep.application_id = a.id
      JOIN LATERAL unnest(ep.chain_ids) chain(id) ON chain.id IS NOT NULL
     WHERE a.user_id = ${p.userId}
  ), per_chain AS (
    SELECT ec.chain_id, count(DISTINCT da.event_id) AS events
      FROM endpoint_chains ec
      JOIN delivery_attempts da ON da.endpoint_id = ec.endpoint_id
     GROUP BY ec.chain_id
  ), total AS (
    SELECT count(DISTINCT da.event_id) AS events
      FROM delivery_attempts da
     WHERE da.endpoint_id IN (SELECT ec.endpoint_id FROM endpoint_chains ec)
  )
  SELECT ${nodeMoment} AS "asOf",
         total.events AS "totalEvents",
         pc.chain_id AS "chainId",
         pc.events AS "events"
    FROM total
    LEFT JOIN per_chain pc ON true
   ORDER BY pc.events DESC, pc.chain_id`;
