import { fillAttemptFunction } from '../../src/migrations/attempt-triggers.js';

/** Of a migrated database: the plans are pinned, since the planner knows nothing of rows written since. */
export const pinPlans = (database: string) => `
ALTER DATABASE ${database} SET enable_seqscan = off;
ALTER DATABASE ${database} SET enable_bitmapscan = off;
ALTER DATABASE ${database} SET plan_cache_mode = force_generic_plan;`;

/** The same small rollups for every form: a user's events and attempts by the hour, and all together. */
export const createRollups = `
CREATE TABLE bench_state (
  only_row  boolean PRIMARY KEY DEFAULT true,
  horizon   xid8 NOT NULL,
  in_flight xid8[] NOT NULL
) WITH (fillfactor = 10);
CREATE TABLE bench_hours (
  user_id  uuid NOT NULL,
  hour     timestamptz NOT NULL,
  events   bigint NOT NULL,
  attempts bigint NOT NULL,
  ok       bigint NOT NULL,
  failed   bigint NOT NULL,
  ms       bigint NOT NULL,
  PRIMARY KEY (user_id, hour)
) WITH (fillfactor = 80);
CREATE TABLE bench_totals (
  user_id  uuid PRIMARY KEY,
  events   bigint NOT NULL,
  attempts bigint NOT NULL,
  ok       bigint NOT NULL,
  failed   bigint NOT NULL,
  ms       bigint NOT NULL
) WITH (fillfactor = 30);
INSERT INTO bench_hours
SELECT a.user_id, date_trunc('hour', a.event_ingested_at, 'UTC'), count(DISTINCT a.event_id), count(*),
       count(*) FILTER (WHERE a.success), count(*) FILTER (WHERE NOT a.success), coalesce(sum(a.duration_ms), 0)
  FROM delivery_attempts a GROUP BY 1, 2;
INSERT INTO bench_totals
SELECT h.user_id, sum(h.events), sum(h.attempts), sum(h.ok), sum(h.failed), sum(h.ms) FROM bench_hours h GROUP BY 1;
INSERT INTO bench_state (horizon, in_flight) SELECT pg_snapshot_xmax(pg_current_snapshot()), '{}'`;

/** Our migrated schema without what captures changes; the derived columns are filled as ever. */
export const removeCapture = `
DROP TRIGGER ethhook_admin_supersede ON delivery_attempts;
DROP TRIGGER ethhook_admin_supersede_deleted ON delivery_attempts;
DROP INDEX idx_delivery_attempts_written_in;
DROP INDEX idx_delivery_attempts_inserted_in;
${fillAttemptFunction('nothing')}`;

const counts = `OLD.success IS DISTINCT FROM NEW.success OR OLD.duration_ms IS DISTINCT FROM NEW.duration_ms
                     OR OLD.endpoint_id IS DISTINCT FROM NEW.endpoint_id OR OLD.event_id IS DISTINCT FROM NEW.event_id
                     OR OLD.event_ingested_at IS DISTINCT FROM NEW.event_ingested_at`;

/** The prototype's watermark form on our columns: replaced versions are written by statement triggers. */
export const installWatermark = `
DROP TRIGGER ethhook_admin_supersede ON delivery_attempts;
DROP TRIGGER ethhook_admin_supersede_deleted ON delivery_attempts;
CREATE FUNCTION bench_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.written_in := pg_current_xact_id();
  RETURN NEW;
END $$;
CREATE FUNCTION bench_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO superseded_attempts
      (user_id, event_ingested_at, attempt_id, written_in, event_id, endpoint_id, duration_ms, success)
    SELECT o.user_id, o.event_ingested_at, o.id, o.written_in, o.event_id, o.endpoint_id, o.duration_ms, o.success
      FROM o JOIN n ON n.id = o.id
     WHERE o.written_in IS DISTINCT FROM n.written_in;
  ELSE
    INSERT INTO superseded_attempts
      (user_id, event_ingested_at, attempt_id, written_in, event_id, endpoint_id, duration_ms, success)
    SELECT o.user_id, o.event_ingested_at, o.id, o.written_in, o.event_id, o.endpoint_id, o.duration_ms, o.success
      FROM o
     WHERE o.written_in IS DISTINCT FROM pg_current_xact_id();
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER touch BEFORE UPDATE ON delivery_attempts FOR EACH ROW WHEN (${counts}) EXECUTE FUNCTION bench_touch();
CREATE TRIGGER keep_updated AFTER UPDATE ON delivery_attempts REFERENCING OLD TABLE AS o NEW TABLE AS n
  FOR EACH STATEMENT EXECUTE FUNCTION bench_keep_version();
CREATE TRIGGER keep_deleted AFTER DELETE ON delivery_attempts REFERENCING OLD TABLE AS o
  FOR EACH STATEMENT EXECUTE FUNCTION bench_keep_version()`;

/** The prototype's queue with its short cut by transaction ids, vacuumed as eagerly as our table of versions. */
export const installQueue = `${removeCapture};
CREATE TABLE change_queue (
  user_id           uuid NOT NULL,
  txid              xid8 NOT NULL DEFAULT pg_current_xact_id(),
  s                 smallint NOT NULL,
  event_ingested_at timestamptz NOT NULL,
  event_id          uuid NOT NULL,
  endpoint_id       uuid NOT NULL,
  duration_ms       integer,
  success           boolean
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
CREATE INDEX change_queue_user_id_txid_idx ON change_queue (user_id, txid);
CREATE FUNCTION bench_enqueue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO change_queue (user_id, s, event_ingested_at, event_id, endpoint_id, duration_ms, success)
    SELECT o.user_id, -1, o.event_ingested_at, o.event_id, o.endpoint_id, o.duration_ms, o.success FROM o;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO change_queue (user_id, s, event_ingested_at, event_id, endpoint_id, duration_ms, success)
    SELECT n.user_id, 1, n.event_ingested_at, n.event_id, n.endpoint_id, n.duration_ms, n.success FROM n;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER enqueue_inserted AFTER INSERT ON delivery_attempts REFERENCING NEW TABLE AS n
  FOR EACH STATEMENT EXECUTE FUNCTION bench_enqueue();
CREATE TRIGGER enqueue_updated AFTER UPDATE ON delivery_attempts REFERENCING OLD TABLE AS o NEW TABLE AS n
  FOR EACH STATEMENT EXECUTE FUNCTION bench_enqueue();
CREATE TRIGGER enqueue_deleted AFTER DELETE ON delivery_attempts REFERENCING OLD TABLE AS o
  FOR EACH STATEMENT EXECUTE FUNCTION bench_enqueue()`;
