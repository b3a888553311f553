import { fragment, nothing, sql } from '../../../kernel/database/sql.js';
import { insertedIn, newIn, seenBy, type FoldSnapshot } from '../live/attempt-changes.js';
import { eventAt } from './event-columns.js';

export interface NewEventRow {
  userId: string;
  id: string;
  /** The event's place in its step: ingested_at, -infinity where it has none. */
  at: string;
  blockNumber: string; // int8 arrives as a string
  blockHash: string;
  transactionHash: string;
  logIndex: number;
  contractAddress: string;
  topics: string[];
  ingestedAt: string | null;
  chainId: number | null;
}

export interface NewEventsPage {
  lower: FoldSnapshot;
  upper: FoldSnapshot;
  userIds: readonly string[];
  /** The last row of the page before. */
  after: Pick<NewEventRow, 'userId' | 'at' | 'id'> | null;
  limit: number;
}

const attempts = fragment`
    SELECT a.user_id, a.event_ingested_at AS at, a.event_id AS id FROM delivery_attempts a`;

/**
 * Events that `upper` sees an attempt of at endpoints of their user and `lower`, which is older, does not: in the order of
 * (user, ingested_at, id). The same at any later time, but for what has been deleted.
 */
export const listNewEvents = ({ lower, upper, userIds, after, limit }: NewEventsPage) => {
  const ofUsers = fragment`AND a.user_id = ANY (${[...userIds]}::uuid[])`;
  return sql<NewEventRow>('events.list-new-events')`
  SELECT n.user_id AS "userId", n.at, e.id, e.block_number AS "blockNumber", e.block_hash AS "blockHash",
         e.transaction_hash AS "transactionHash", e.log_index AS "logIndex", e.contract_address AS "contractAddress",
         e.topics, e.ingested_at AS "ingestedAt", ep.chain_ids[1] AS "chainId"
    FROM (SELECT f.user_id, f.at, f.id, tried.endpoint_id
            FROM (SELECT DISTINCT x.user_id, x.at, x.id
                    FROM (${newIn(attempts, fragment`a.written_in`, lower, upper, fragment`AND a.inserted_in IS NULL ${ofUsers}`)}
                           UNION ALL
                          ${newIn(attempts, fragment`a.inserted_in`, lower, upper, ofUsers)}) x
                   ${
                     after === null
                       ? nothing
                       : fragment`WHERE (x.user_id, x.at, x.id) > (${after.userId}::uuid, ${after.at}::timestamptz, ${after.id}::uuid)`
                   }
                   ORDER BY 1, 2, 3) f
           CROSS JOIN LATERAL (
             SELECT min(a.endpoint_id::text)::uuid AS endpoint_id, bool_or(${seenBy(insertedIn, lower)}) AS is_known
               FROM delivery_attempts a
              WHERE a.user_id = f.user_id AND a.event_ingested_at = f.at AND a.event_id = f.id) tried
           WHERE NOT tried.is_known
           ORDER BY f.user_id, f.at, f.id
           LIMIT ${limit}::int) n
   CROSS JOIN LATERAL (${eventAt('n')}) e
    JOIN endpoints ep ON ep.id = n.endpoint_id
   ORDER BY n.user_id, n.at, n.id`;
};
