import { fragment, nothing, sql } from '../../../kernel/database/sql.js';
import type { DeliveryStatus, EventFilter } from '../events.reads.js';
import { attemptCounts, eventColumns, type EventRow } from './event-columns.js';
import { originalAttempts } from './original-attempts.js';
import {
  originalPage,
  originalPageColumns,
  type OriginalPage,
  type OriginalPageColumns,
} from './original-page.js';

/** The page's columns stand in every row; a page without events is one row with them alone. */
export type OriginalEventRow = OriginalPageColumns & (EventRow | { id: null });

/**
 * A page of the events that were tried at endpoints of this user, newest first, by the original four-table SQL;
 * one statement, so page and total are of the same moment. The counts are of the attempts that the filter
 * leaves; the named endpoint is the one with the smallest id among theirs.
 */
export const originalListEvents = (p: { filter: EventFilter; page: OriginalPage; limit: number }) =>
  sql<OriginalEventRow>('events.original-list-events')`
  WITH matching AS MATERIALIZED (
    SELECT e.id, e.block_number, coalesce(e.ingested_at, '-infinity') AS at
      FROM events e, ${originalAttempts(p.filter)}
       AND da.event_id = e.id
       ${windowOf(p.filter)}
       ${detailsOf(p.filter)}
     GROUP BY e.id
     ${p.filter.status === undefined ? nothing : having[p.filter.status]}
  ), ${originalPage(p.page, p.limit)}
  SELECT ${originalPageColumns},
         ${eventColumns}
    FROM extent x
    LEFT JOIN page ON true
    LEFT JOIN events e ON e.id = page.id
    LEFT JOIN LATERAL (
      SELECT ${attemptCounts}
        FROM ${originalAttempts(p.filter)}
         AND da.event_id = page.id
    ) AS tried ON true
    LEFT JOIN endpoints ep ON ep.id = tried.endpoint_id
   ORDER BY coalesce(e.ingested_at, '-infinity') DESC, e.id DESC`;

const having: Record<DeliveryStatus, ReturnType<typeof fragment>> = {
  delivered: fragment`HAVING count(*) FILTER (WHERE da.success) > 0`,
  pending: fragment`HAVING count(da.success) = 0`,
  failed: fragment`HAVING count(da.success) > 0 AND count(*) FILTER (WHERE da.success) = 0`,
};

/** An unknown time is in no window. */
function windowOf({ from, to }: EventFilter) {
  if (from === undefined && to === undefined) return nothing;
  return fragment`AND e.ingested_at ${from === undefined ? fragment`> '-infinity'` : fragment`>= ${from}::timestamptz`}
       ${to === undefined ? nothing : fragment`AND e.ingested_at < ${to}::timestamptz`}`;
}

const detailsOf = (p: EventFilter) => fragment`
       ${p.fromBlock === undefined ? nothing : fragment`AND e.block_number >= ${p.fromBlock}::bigint`}
       ${p.toBlock === undefined ? nothing : fragment`AND e.block_number <= ${p.toBlock}::bigint`}
       ${p.transactionHash === undefined ? nothing : fragment`AND e.transaction_hash = ${p.transactionHash}`}
       ${p.contractAddress === undefined ? nothing : fragment`AND e.contract_address = ${p.contractAddress}`}
       ${p.topic0 === undefined ? nothing : fragment`AND e.topics[1] = ${p.topic0}`}`;
