/** The tenants with the most attempts, the middle and the fewest (but some). */
export const selectTenants = `
  WITH counted AS (
    SELECT da.user_id, count(*) AS attempts FROM delivery_attempts da GROUP BY da.user_id
  ), ranked AS (
    SELECT c.user_id, c.attempts, row_number() OVER (ORDER BY c.attempts DESC, c.user_id) AS place,
           count(*) OVER () AS tenants
      FROM counted c
  )
  SELECT r.user_id AS "userId", u.email, r.attempts::float8 AS "attempts"
    FROM ranked r JOIN users u ON u.id = r.user_id
   WHERE r.place IN (1, (r.tenants + 1) / 2, r.tenants)
   ORDER BY r.place`;

/** What this tenant's lists are asked for. $1: the user. */
export const selectSample = `
  WITH own AS MATERIALIZED (
    SELECT DISTINCT da.event_id, da.event_ingested_at FROM delivery_attempts da WHERE da.user_id = $1
  ), middle AS MATERIALIZED (
    SELECT o.event_id, o.event_ingested_at FROM own o
     ORDER BY o.event_ingested_at DESC, o.event_id DESC OFFSET (SELECT count(*) / 2 FROM own) LIMIT 1
  ), contracts AS MATERIALIZED (
    SELECT e.contract_address AS contract, e.topics[1] AS topic, count(*) AS events
      FROM own o JOIN events e ON e.id = o.event_id GROUP BY 1, 2
  ), by_contract AS MATERIALIZED (
    SELECT c.contract, sum(c.events) AS events FROM contracts c GROUP BY 1
  ), by_topic AS MATERIALIZED (
    SELECT c.topic, sum(c.events) AS events FROM contracts c GROUP BY 1
  ), busiest AS MATERIALIZED (
    SELECT da.endpoint_id, ep.application_id, ep.chain_ids[1] AS chain_id, count(*) AS attempts
      FROM delivery_attempts da JOIN endpoints ep ON ep.id = da.endpoint_id
     WHERE da.user_id = $1 GROUP BY 1, 2, 3 ORDER BY attempts DESC, da.endpoint_id LIMIT 1
  )
  SELECT (SELECT count(*) FROM own)::int AS "events", m.event_id AS "middleId",
         m.event_ingested_at::text AS "middleTime", e.block_number::float8 AS "middleBlock",
         e.transaction_hash AS "transactionHash", b.endpoint_id AS "endpointId",
         b.application_id AS "applicationId", b.chain_id AS "chainId",
         (SELECT c.contract FROM by_contract c ORDER BY c.events DESC, c.contract LIMIT 1) AS "commonContract",
         (SELECT c.contract FROM by_contract c ORDER BY c.events, c.contract LIMIT 1) AS "rareContract",
         (SELECT others.contract_address FROM events others
           WHERE others.contract_address NOT IN (SELECT c.contract FROM by_contract c)
           LIMIT 1) AS "foreignContract",
         (SELECT t.topic FROM by_topic t ORDER BY t.events DESC, t.topic LIMIT 1) AS "commonTopic",
         (SELECT t.topic FROM by_topic t ORDER BY t.events, t.topic LIMIT 1) AS "rareTopic"
    FROM middle m JOIN events e ON e.id = m.event_id CROSS JOIN busiest b`;
