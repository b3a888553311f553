import { constant, fragment } from '../../../kernel/database/sql.js';

export interface EventRow {
  id: string;
  blockNumber: string; // int8 arrives as a string
  blockHash: string;
  transactionHash: string;
  logIndex: number;
  contractAddress: string;
  topics: string[];
  data: string;
  ingestedAt: string | null;
  processedAt: string | null;
  deliveryCount: string;
  successfulDeliveries: string;
  failedDeliveries: string;
  chainId: number | null;
  endpointName: string;
}

/** The columns of EventRow, from `e` (events), `tried` (attemptCounts) and `ep` (the endpoint of `tried`). */
export const eventColumns = fragment`
         e.id,
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
         ep.name AS "endpointName"`;

/** What `tried` is made of, over the tenant's attempts `da` of one event. A UUID's text has the order of the UUID. */
export const attemptCounts = fragment`
         count(*) AS deliveries,
         count(*) FILTER (WHERE da.success) AS successes,
         count(*) FILTER (WHERE NOT da.success) AS failures,
         min(da.endpoint_id::text)::uuid AS endpoint_id`;

/**
 * The event of `row` (at, id), for a LATERAL: by its time and id and not by its id alone. Events of one time are neighbours
 * in that index and in the table, those of random ids are nowhere near each other. An attempt's event without a time is at
 * -infinity. (A range of one id: with an equality the planner may take the index of ids all the same.)
 */
export const eventAt = (row: string) => {
  const [at, id] = [constant(`${row}.at`), constant(`${row}.id`)];
  return fragment`
    SELECT e.* FROM events e WHERE e.ingested_at = ${at} AND e.id >= ${id} AND e.id <= ${id}
     UNION ALL
    SELECT e.* FROM events e WHERE ${at} = '-infinity' AND e.ingested_at IS NULL AND e.id = ${id}`;
};
