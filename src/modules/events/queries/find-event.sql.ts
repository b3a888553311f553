import { sql } from '../../../kernel/database/sql.js';
import type { EventRow } from './list-events.sql.js';

/** The event, if at least one attempt was made at an endpoint of this user; the counts are of those attempts. */
export const findEvent = (p: { userId: string; eventId: string }) => sql<EventRow>('events.find-event')`
  SELECT e.id,
         e.block_number AS "blockNumber",
         e.block_hash AS "blockHash",
         e.transaction_hash AS "transactionHash",
         e.log_index AS "logIndex",
         e.contract_address AS "contractAddress",
         e.topics,
         e.data,
         e.ingested_at AS "ingestedAt",
         e.processed_at AS "processedAt",
         tried.deliveries AS "deliveryCount",
         tried.successes AS "successfulDeliveries",
         tried.failures AS "failedDeliveries",
         ep.chain_ids[1] AS "chainId",
         ep.name AS "endpointName"
    FROM events e
   CROSS JOIN LATERAL (
     SELECT count(*) AS deliveries,
            count(*) FILTER (WHERE da.success) AS successes,
            count(*) FILTER (WHERE NOT da.success) AS failures,
            (array_agg(DISTINCT da.endpoint_id))[1] AS endpoint_id
       FROM delivery_attempts da
       JOIN endpoints own ON own.id = da.endpoint_id
       JOIN applications a ON a.id = own.application_id
      WHERE da.event_id = e.id
        AND a.user_id = ${p.userId}
   ) AS tried
    JOIN endpoints ep ON ep.id = tried.endpoint_id
   WHERE e.id = ${p.eventId}`;
