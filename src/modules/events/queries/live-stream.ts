import { constant, fragment, nothing, type SqlFragment } from '../../../kernel/database/sql.js';
import type { DeliveryStatus, EventFilter } from '../events.reads.js';
import { eventAt } from './event-columns.js';

/** Whose attempts count: all of the user's, or those at some of their endpoints. */
export type Endpoints = 'all' | readonly string[];

export interface StreamQuery {
  filter: EventFilter;
  endpoints: Endpoints;
  direction: 'older' | 'newer';
  /** Of each slot; more are never needed. */
  limit: SqlFragment;
  /** A row's place, on the columns of a (delivery_attempts): AND …, or nothing. */
  where: SqlFragment;
}

/**
 * The events (at, id) of a slot `sl` (lo, hi) in the list's order, from the covering index that has just that order: the
 * scan ends at the limit, however long the history is.
 */
export function streamOf(p: StreamQuery): SqlFragment {
  if (isOfFewEvents(p.filter)) return ofEvents(p, fewEvents(p.filter));
  if (p.endpoints === 'all') return detailed(p, groupsOf(p, null));
  const [only, ...others] = p.endpoints;
  if (only !== undefined && others.length === 0) return detailed(p, groupsOf(p, only));
  return merged(p, p.endpoints);
}

const orderOf = ({ direction }: StreamQuery, alias: string) =>
  constant(direction === 'older' ? `${alias}.at DESC, ${alias}.id DESC` : `${alias}.at, ${alias}.id`);

function groupsOf(p: StreamQuery, endpointId: string | null): SqlFragment {
  const { userId, status } = p.filter;
  const whose =
    endpointId === null
      ? fragment`a.user_id = ${userId}`
      : fragment`a.endpoint_id = (SELECT o.id FROM endpoints o WHERE o.user_id = ${userId} AND o.id = ${endpointId})`;
  const order = constant(p.direction === 'older' ? '1 DESC, 2 DESC' : '1, 2');
  // Only attempts that did not succeed are in the index of those; whether another one did is a look at the key.
  const fromUndelivered = p.endpoints === 'all' && (status === 'failed' || status === 'pending');
  return fragment`
        SELECT a.event_ingested_at AS at, a.event_id AS id
          FROM delivery_attempts a
         WHERE ${whose}
           AND a.event_ingested_at >= sl.lo AND a.event_ingested_at < sl.hi ${p.where}
           ${fromUndelivered ? fragment`AND a.success IS NOT TRUE` : nothing}
         GROUP BY a.event_ingested_at, a.event_id
        ${status === undefined ? nothing : fromUndelivered ? undelivered(userId, status) : fragment`HAVING ${isStatus[status]}`}
         ORDER BY ${order}`;
}

const isStatus: Readonly<Record<DeliveryStatus, SqlFragment>> = {
  delivered: fragment`bool_or(a.success)`,
  pending: fragment`count(a.success) = 0`,
  failed: fragment`bool_or(NOT a.success) AND bool_or(a.success) IS NOT TRUE`,
};

const undelivered = (userId: string, status: 'failed' | 'pending' | 'delivered') => fragment`
        HAVING ${status === 'failed' ? fragment`bool_or(NOT a.success)` : fragment`count(a.success) = 0`}
           AND (SELECT true FROM delivery_attempts b
                 WHERE b.user_id = ${userId} AND b.event_ingested_at = a.event_ingested_at AND b.event_id = a.event_id
                   AND b.success LIMIT 1) IS NULL`;

const hasDetails = ({ filter }: StreamQuery) =>
  filter.fromBlock !== undefined ||
  filter.toBlock !== undefined ||
  filter.contractAddress !== undefined ||
  filter.topic0 !== undefined;

const detailsOf = (f: EventFilter) => fragment`
           ${f.fromBlock === undefined ? nothing : fragment`AND e.block_number >= ${f.fromBlock}::bigint`}
           ${f.toBlock === undefined ? nothing : fragment`AND e.block_number <= ${f.toBlock}::bigint`}
           ${f.transactionHash === undefined ? nothing : fragment`AND e.transaction_hash = ${f.transactionHash}`}
           ${f.contractAddress === undefined ? nothing : fragment`AND e.contract_address = ${f.contractAddress}`}
           ${f.topic0 === undefined ? nothing : fragment`AND e.topics[1] = ${f.topic0}`}`;

/** OFFSET 0 keeps the planner from an index of what is asked for, which would be read anew for each row. */
const eventOf = (p: StreamQuery) => fragment`
         CROSS JOIN LATERAL (SELECT FROM (${eventAt('g')} OFFSET 0) e WHERE true ${detailsOf(p.filter)} OFFSET 0) e`;

/** What only the event itself can tell is looked up row by row, until there are enough. */
function detailed(p: StreamQuery, groups: SqlFragment): SqlFragment {
  if (!hasDetails(p)) return fragment`${groups} LIMIT ${p.limit}`;
  return fragment`
        SELECT g.at, g.id
          FROM (${groups}) g ${eventOf(p)}
         ORDER BY ${orderOf(p, 'g')} LIMIT ${p.limit}`;
}

/** Several endpoints: the first rows of each; what an event is follows from its attempts at all of them. */
function merged(p: StreamQuery, endpoints: readonly string[]): SqlFragment {
  const { userId, status } = p.filter;
  const isSimple = status === undefined && !hasDetails(p);
  const order = constant(p.direction === 'older' ? '1 DESC, 2 DESC' : '1, 2');
  const attempts = fragment`
         SELECT x.at, x.id
           FROM endpoints o
          CROSS JOIN LATERAL (
            SELECT a.event_ingested_at AS at, a.event_id AS id
              FROM delivery_attempts a
             WHERE a.endpoint_id = o.id
               AND a.event_ingested_at >= sl.lo AND a.event_ingested_at < sl.hi ${p.where}
             GROUP BY a.event_ingested_at, a.event_id
             ORDER BY ${order} ${isSimple ? fragment`LIMIT ${p.limit}` : nothing}) x
          WHERE o.user_id = ${userId} AND o.id = ANY (${[...endpoints]}::uuid[])
          GROUP BY x.at, x.id`;
  if (isSimple) return fragment`${attempts} ORDER BY ${order} LIMIT ${p.limit}`;
  const outcome =
    status === undefined
      ? nothing
      : fragment`
         CROSS JOIN LATERAL (
           SELECT FROM delivery_attempts a
            WHERE a.user_id = ${userId} AND a.event_ingested_at = g.at AND a.event_id = g.id
              AND a.endpoint_id = ANY (${[...endpoints]}::uuid[])
           HAVING ${isStatus[status]}) o`;
  return fragment`
        SELECT g.at, g.id
          FROM (${attempts}) g ${outcome}
         ${hasDetails(p) ? eventOf(p) : nothing}
         ORDER BY ${orderOf(p, 'g')} LIMIT ${p.limit}`;
}

/** Blocks up to so many are looked up by their numbers. */
const FEW_BLOCKS = 32;

/** A transaction and a few blocks have few events, whoever's they are. */
export const isOfFewEvents = ({ transactionHash, fromBlock, toBlock }: EventFilter) =>
  transactionHash !== undefined ||
  (fromBlock !== undefined && toBlock !== undefined && toBlock - fromBlock < FEW_BLOCKS);

/** By the hash or the blocks alone first: a contract may have any number of events. */
function fewEvents({ transactionHash, fromBlock, toBlock }: EventFilter): SqlFragment {
  const few =
    transactionHash === undefined
      ? fragment`e.block_number >= ${fromBlock}::bigint AND e.block_number <= ${toBlock}::bigint`
      : fragment`e.transaction_hash = ${transactionHash}`;
  return fragment`(SELECT e.* FROM events e WHERE ${few} OFFSET 0) e WHERE true`;
}

/** From `events`, a FROM and WHERE with the events as `e`, to the attempts. */
function ofEvents(p: StreamQuery, events: SqlFragment): SqlFragment {
  const { userId, status } = p.filter;
  return fragment`
        SELECT g.at, g.id
          FROM (SELECT coalesce(e.ingested_at, '-infinity') AS at, e.id FROM ${events} ${detailsOf(p.filter)} OFFSET 0) g
         CROSS JOIN LATERAL (
           SELECT FROM delivery_attempts a
            WHERE a.user_id = ${userId} AND a.event_ingested_at = g.at AND a.event_id = g.id
              AND a.event_ingested_at >= sl.lo AND a.event_ingested_at < sl.hi ${p.where}
              ${p.endpoints === 'all' ? nothing : fragment`AND a.endpoint_id = ANY (${[...p.endpoints]}::uuid[])`}
           HAVING count(*) > 0 ${status === undefined ? nothing : fragment`AND ${isStatus[status]}`}) o
         WHERE g.at >= sl.lo AND g.at < sl.hi
         ORDER BY ${orderOf(p, 'g')} LIMIT ${p.limit}`;
}

/** An hour's events of the blocks are looked up by their numbers where there are no more of them, whoever's they are. */
const FEW_OF_BLOCKS = 400;

/**
 * The rows of slots of blocks: `sl` has the `blocks`. Where few events are of these they lead to the attempts; else many of
 * the attempts are of them, and the first ones do.
 */
export const streamOfBlocks = (p: StreamQuery): SqlFragment => fragment`
        SELECT x.at, x.id
          FROM (SELECT count(*) <= ${FEW_OF_BLOCKS}::int AS is_few
                  FROM (SELECT FROM unnest(sl.blocks) b
                          JOIN events e ON e.block_number >= lower(b) AND e.block_number < upper(b)
                         LIMIT ${FEW_OF_BLOCKS + 1}::int) e) k
         CROSS JOIN LATERAL (
           (${ofEvents(
             p,
             fragment`unnest(sl.blocks) b
                  CROSS JOIN LATERAL (SELECT e.* FROM events e
                                       WHERE e.block_number >= lower(b) AND e.block_number < upper(b) OFFSET 0) e
                 WHERE k.is_few AND sl.blocks IS NOT NULL`,
           )})
            UNION ALL
           (${streamOf({ ...p, where: fragment`${p.where} AND (k.is_few AND sl.blocks IS NOT NULL) IS NOT TRUE` })})) x`;
