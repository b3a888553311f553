import { MONTHS } from './options.js';

const columnsOf = (table: string) => `LIKE ${table} INCLUDING DEFAULTS`;

/** By attempted_at, the one time that an insert carries; each unique key has to have it. One more for what is outside. */
export const partition = `
ALTER TABLE delivery_attempts RENAME TO delivery_attempts_whole;
CREATE TABLE delivery_attempts (${columnsOf('delivery_attempts_whole')}) PARTITION BY RANGE (attempted_at);
DO $$
DECLARE
  month timestamptz := date_trunc('month', now(), 'UTC') - INTERVAL '${MONTHS - 1} months';
BEGIN
  FOR i IN 1..${MONTHS} LOOP
    EXECUTE format('CREATE TABLE attempts_%s PARTITION OF delivery_attempts FOR VALUES FROM (%L) TO (%L)',
                   i, month, month + INTERVAL '1 month');
    month := month + INTERVAL '1 month';
  END LOOP;
END $$;
CREATE TABLE attempts_others PARTITION OF delivery_attempts DEFAULT;
INSERT INTO delivery_attempts SELECT * FROM delivery_attempts_whole;
DROP TABLE delivery_attempts_whole CASCADE;
ALTER TABLE delivery_attempts ADD PRIMARY KEY (user_id, event_ingested_at, event_id, id, attempted_at) INCLUDE (endpoint_id, duration_ms, success);
CREATE INDEX ON delivery_attempts (id);
CREATE INDEX ON delivery_attempts (endpoint_id, attempted_at NULLS FIRST, id) INCLUDE (success);
CREATE INDEX ON delivery_attempts (event_id);
CREATE INDEX ON delivery_attempts (inserted_in) WHERE (inserted_in IS NOT NULL);
CREATE INDEX ON delivery_attempts (next_retry_at) WHERE (should_retry = true);
CREATE INDEX ON delivery_attempts (user_id, event_ingested_at, event_id) INCLUDE (success) WHERE (success IS NOT TRUE);
CREATE INDEX ON delivery_attempts (user_id, endpoint_id, event_ingested_at, event_id) INCLUDE (duration_ms, success);
CREATE INDEX ON delivery_attempts (written_in) WHERE (written_in IS NOT NULL);
ALTER TABLE delivery_attempts ADD FOREIGN KEY (event_id) REFERENCES events (id) ON DELETE CASCADE;
ALTER TABLE delivery_attempts ADD FOREIGN KEY (user_id, endpoint_id) REFERENCES endpoints (user_id, id) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE delivery_attempts ADD FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
CREATE TRIGGER ethhook_admin_fill BEFORE INSERT OR UPDATE OF endpoint_id, event_id ON delivery_attempts
  FOR EACH ROW EXECUTE FUNCTION ethhook_admin_fill_attempt();
CREATE TRIGGER ethhook_admin_supersede BEFORE UPDATE ON delivery_attempts
  FOR EACH ROW WHEN (OLD.success IS DISTINCT FROM NEW.success OR OLD.duration_ms IS DISTINCT FROM NEW.duration_ms
                     OR OLD.endpoint_id IS DISTINCT FROM NEW.endpoint_id OR OLD.event_id IS DISTINCT FROM NEW.event_id
                     OR OLD.event_ingested_at IS DISTINCT FROM NEW.event_ingested_at OR OLD.user_id IS DISTINCT FROM NEW.user_id)
  EXECUTE FUNCTION ethhook_admin_supersede_attempt();
CREATE TRIGGER ethhook_admin_supersede_deleted BEFORE DELETE ON delivery_attempts
  FOR EACH ROW EXECUTE FUNCTION ethhook_admin_supersede_attempt();`;

/** What PostgreSQL refuses; each is tried, and its own words are told. */
export const refusals: readonly { what: string; sql: string }[] = [
  {
    what: 'the key that `UPDATE … WHERE id =` relies on',
    sql: 'ALTER TABLE delivery_attempts ADD UNIQUE (id)',
  },
  {
    what: 'an insert of a writer that does not know the time of the event, by which the reads go',
    sql: `
CREATE TABLE by_event (${columnsOf('delivery_attempts')}) PARTITION BY RANGE (event_ingested_at);
ALTER TABLE by_event ALTER event_ingested_at DROP NOT NULL, ALTER user_id DROP NOT NULL;
CREATE TABLE by_event_all PARTITION OF by_event FOR VALUES FROM ('2000-01-01') TO ('2100-01-01');
CREATE TABLE by_event_others PARTITION OF by_event DEFAULT;
CREATE TRIGGER fill BEFORE INSERT ON by_event FOR EACH ROW EXECUTE FUNCTION ethhook_admin_fill_attempt();
INSERT INTO by_event (event_id, endpoint_id, attempt_number) SELECT a.event_id, a.endpoint_id, 1 FROM delivery_attempts a LIMIT 1;`,
  },
  {
    what: 'to take a partition off without a lock that everybody waits for, where another one takes what is outside',
    sql: 'ALTER TABLE delivery_attempts DETACH PARTITION attempts_2 CONCURRENTLY',
  },
];

export const selectSizes = `
  SELECT coalesce(sum(pg_table_size(p.relid)), 0)::float8 AS "heapBytes", coalesce(sum(pg_indexes_size(p.relid)), 0)::float8 AS "indexBytes",
         sum(c.reltuples)::float8 AS "rows"
    FROM pg_partition_tree('delivery_attempts') p JOIN pg_class c ON c.oid = p.relid WHERE p.isleaf`;
export const selectWholeSizes = `
  SELECT pg_table_size(c.oid)::float8 AS "heapBytes", pg_indexes_size(c.oid)::float8 AS "indexBytes", c.reltuples::float8 AS "rows"
    FROM pg_class c WHERE c.oid = 'delivery_attempts'::regclass`;

/** The end of the oldest month that is there in full. */
export const selectOldest = `
  SELECT (date_trunc('month', now(), 'UTC') - INTERVAL '${MONTHS - 2} months')::text AS "before"`;

/** Oldest first, with their attempts, as retention does it. */
export const removeBatch = `
  WITH old AS MATERIALIZED (
    SELECT e.id, e.ingested_at FROM events e WHERE e.ingested_at < $1 AND e.ingested_at >= $2 ORDER BY e.ingested_at, e.id LIMIT $3
  ), attempts AS (
    DELETE FROM delivery_attempts a USING old o WHERE a.event_id = o.id RETURNING 1
  ), gone AS (
    DELETE FROM events e USING old o WHERE e.id = o.id RETURNING e.ingested_at
  )
  SELECT (SELECT count(*) FROM attempts)::int AS "attempts", count(*)::int AS "events", max(g.ingested_at)::text AS "last" FROM gone g`;

export const insertOne = `INSERT INTO delivery_attempts (id, event_id, endpoint_id, attempt_number) VALUES (gen_random_uuid(), $1, $2, 1)`;
export const insertMany = `
  INSERT INTO delivery_attempts (id, event_id, endpoint_id, attempt_number)
  SELECT gen_random_uuid(), x.event_id, x.endpoint_id, 1 FROM unnest($1::uuid[], $2::uuid[]) x (event_id, endpoint_id)`;
export const complete = `
  UPDATE delivery_attempts SET http_status_code = 200, completed_at = now(), duration_ms = $2, success = true WHERE id = $1`;
export const selectIds = `SELECT a.id FROM delivery_attempts a TABLESAMPLE SYSTEM (20) REPEATABLE (1) ORDER BY md5(a.id::text) LIMIT 5000`;
