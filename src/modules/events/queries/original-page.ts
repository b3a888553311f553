import { fragment, nodeMoment } from '../../../kernel/database/sql.js';
import type { AttemptPage, EventPage } from '../events.reads.js';

/** A page in the order (at DESC, id DESC): `at` of a position is the time that the list is ordered by. */
export type OriginalPage =
  | Exclude<EventPage | AttemptPage, { kind: 'older' | 'newer' }>
  | { readonly kind: 'older' | 'newer'; readonly than: { readonly at: string; readonly id: string } };

/**
 * The CTEs `extent` (total, and how many rows the page skips and takes) and `page`, from a CTE `matching` with
 * the columns at and id (and block_number for at-block) of all rows of the list.
 */
export const originalPage = (page: OriginalPage, limit: number) => fragment`extent AS MATERIALIZED (
    SELECT count(*) AS total, ${rowsBefore(page, limit)}
      FROM matching m
  ), page AS MATERIALIZED (
    SELECT m.id
      FROM matching m
     ORDER BY m.at DESC, m.id DESC
     LIMIT (SELECT x.size FROM extent x) OFFSET (SELECT x.skipped FROM extent x)
  )`;

/** What each row of the answer tells beside its own columns. */
export const originalPageColumns = fragment`${nodeMoment} AS "asOf",
         x.total,
         least(x.skipped, x.total) > 0 AS "hasNewer",
         x.skipped + x.size < x.total AS "hasOlder"`;

export interface OriginalPageColumns {
  asOf: string;
  total: string; // int8 arrives as a string
  hasNewer: boolean;
  hasOlder: boolean;
}

function rowsBefore(page: OriginalPage, limit: number) {
  const sized = fragment`${limit}::bigint AS size`;
  switch (page.kind) {
    case 'first':
      return fragment`0::bigint AS skipped, ${sized}`;
    case 'offset':
      return fragment`${page.offset}::bigint AS skipped, ${sized}`;
    case 'older':
      return fragment`count(*) FILTER (WHERE (m.at, m.id) >= ${position(page.than)}) AS skipped, ${sized}`;
    case 'newer': {
      const newer = fragment`count(*) FILTER (WHERE (m.at, m.id) > ${position(page.than)})`;
      return fragment`greatest(${newer} - ${limit}::bigint, 0) AS skipped, least(${newer}, ${limit}::bigint) AS size`;
    }
    case 'at-time':
      return fragment`count(*) FILTER (WHERE m.at > ${page.time}::timestamptz) AS skipped, ${sized}`;
    case 'at-block':
      // Where no block is that low, the comparison is with NULL, and every row comes before the page.
      return fragment`count(*) FILTER (WHERE ((m.at, m.id) > (${newestAtBlock(page.block)})) IS NOT FALSE) AS skipped,
           ${sized}`;
  }
}

const position = ({ at, id }: { at: string; id: string }) => fragment`(${at}::timestamptz, ${id}::uuid)`;

const newestAtBlock = (block: number) => fragment`SELECT b.at, b.id
               FROM matching b
              WHERE b.block_number <= ${block}::bigint
              ORDER BY b.at DESC, b.id DESC
              LIMIT 1`;
