import { constant, fragment, type SqlFragment } from '../../../kernel/database/sql.js';

/** The facet of a contract or of a first topic: 64 bits, where a collision costs a look at a slot for nothing. */
export const contractFacet = (address: SqlFragment) => fragment`hashtextextended('c' || ${address}, 0)`;
export const topicFacet = (topic: SqlFragment) =>
  fragment`hashtextextended('t' || coalesce(${topic}, ''), 0)`;

// Neighbouring blocks join to one range; a range per block would be as many as events.
const BLOCKS_PER_STEP = 256;
const stepOf = (block: string) =>
  constant(
    `int8range(${block} / ${BLOCKS_PER_STEP} * ${BLOCKS_PER_STEP}, (${block} / ${BLOCKS_PER_STEP} + 1) * ${BLOCKS_PER_STEP})`,
  );

/**
 * Marks where `new_events` (user_id, event_ingested_at, block_number, contract_address, topic0) are to be found. Most marks
 * are there already; to look first is cheaper than a conflict, which locks the row.
 */
export const addFacetCtes = fragment`
  facet_slots AS MATERIALIZED (
    SELECT n.user_id, f.facet, (n.event_ingested_at AT TIME ZONE 'UTC')::date AS day,
           bit_or(set_bit(repeat('0', 288)::bit(288),
                          CASE WHEN isfinite(n.event_ingested_at)
                               THEN (floor(extract(epoch FROM n.event_ingested_at))::bigint % 86400 / 300)::int ELSE 0 END, 1)) AS slots
      FROM new_events n
     CROSS JOIN LATERAL (VALUES (${contractFacet(fragment`n.contract_address`)}), (${topicFacet(fragment`n.topic0`)})) f (facet)
     GROUP BY 1, 2, 3
  ), add_facets AS (
    INSERT INTO event_facets AS t (user_id, facet, day, slots)
    SELECT f.user_id, f.facet, f.day, f.slots
      FROM facet_slots f
     WHERE NOT EXISTS (SELECT FROM event_facets x
                        WHERE x.user_id = f.user_id AND x.facet = f.facet AND x.day = f.day AND x.slots & f.slots = f.slots
                       OFFSET 0)
        ON CONFLICT (user_id, facet, day) DO UPDATE SET slots = t.slots | excluded.slots
  ), hour_blocks AS MATERIALIZED (
    SELECT n.user_id, date_trunc('hour', n.event_ingested_at, 'UTC') AS hour, range_agg(${stepOf('n.block_number')}) AS blocks
      FROM new_events n
     GROUP BY 1, 2
  ), add_blocks AS (
    INSERT INTO event_blocks AS t (user_id, hour, blocks)
    SELECT b.user_id, b.hour, b.blocks
      FROM hour_blocks b
     WHERE NOT EXISTS (SELECT FROM event_blocks x
                        WHERE x.user_id = b.user_id AND x.hour = b.hour AND x.blocks @> b.blocks OFFSET 0)
        ON CONFLICT (user_id, hour) DO UPDATE SET blocks = t.blocks + excluded.blocks
  )`;
