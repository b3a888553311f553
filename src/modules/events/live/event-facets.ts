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

/** Marks where `new_events` (user_id, event_ingested_at, block_number, contract_address, topic0) are to be found. */
export const addFacetCtes = fragment`
  add_facets AS (
    INSERT INTO event_facets AS t (user_id, facet, day, slots)
    SELECT n.user_id, f.facet, (n.event_ingested_at AT TIME ZONE 'UTC')::date,
           bit_or(set_bit(repeat('0', 288)::bit(288),
                          CASE WHEN isfinite(n.event_ingested_at)
                               THEN (floor(extract(epoch FROM n.event_ingested_at))::bigint % 86400 / 300)::int ELSE 0 END, 1))
      FROM new_events n
     CROSS JOIN LATERAL (VALUES (${contractFacet(fragment`n.contract_address`)}), (${topicFacet(fragment`n.topic0`)})) f (facet)
     GROUP BY 1, 2, 3
        ON CONFLICT (user_id, facet, day) DO UPDATE SET slots = t.slots | excluded.slots
     WHERE t.slots | excluded.slots <> t.slots
  ), add_blocks AS (
    INSERT INTO event_blocks AS t (user_id, hour, blocks)
    SELECT n.user_id, date_trunc('hour', n.event_ingested_at, 'UTC'), range_agg(${stepOf('n.block_number')})
      FROM new_events n
     GROUP BY 1, 2
        ON CONFLICT (user_id, hour) DO UPDATE SET blocks = t.blocks + excluded.blocks
     WHERE NOT t.blocks @> excluded.blocks
  )`;
