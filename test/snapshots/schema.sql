-- The schema that the migrations make. Written by `npm run db:dump`, not by hand.
SET check_function_bodies = off;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;

CREATE TABLE applications (
    id uuid DEFAULT uuid_generate_v4() NOT NULL,
    user_id uuid NOT NULL,
    name character varying(255) NOT NULL,
    description text,
    webhook_secret character varying(64) NOT NULL,
    is_active boolean DEFAULT true,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    api_key character varying(255),
    CONSTRAINT applications_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT applications_id_key UNIQUE (id)
);
CREATE UNIQUE INDEX idx_applications_api_key ON applications USING btree (api_key) WHERE (api_key IS NOT NULL);

CREATE TABLE audit_logs (
    id uuid DEFAULT uuid_generate_v4() NOT NULL,
    user_id uuid,
    action character varying(255) NOT NULL,
    resource_type character varying(100),
    resource_id uuid,
    metadata jsonb,
    ip_address inet,
    user_agent text,
    created_at timestamp with time zone DEFAULT now(),
    CONSTRAINT audit_logs_pkey PRIMARY KEY (id)
);
CREATE INDEX idx_audit_logs_created_at ON audit_logs USING btree (created_at DESC);
CREATE INDEX idx_audit_logs_user_id ON audit_logs USING btree (user_id);

CREATE TABLE delivery_attempts (
    id uuid DEFAULT uuid_generate_v4() NOT NULL,
    event_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    attempt_number integer NOT NULL,
    http_status_code integer,
    response_body text,
    error_message text,
    attempted_at timestamp with time zone DEFAULT now(),
    completed_at timestamp with time zone,
    duration_ms integer,
    success boolean,
    should_retry boolean DEFAULT false,
    next_retry_at timestamp with time zone,
    user_id uuid NOT NULL,
    event_ingested_at timestamp with time zone NOT NULL,
    CONSTRAINT delivery_attempts_pkey PRIMARY KEY (user_id, event_ingested_at, event_id, id) INCLUDE (endpoint_id, duration_ms, success),
    CONSTRAINT delivery_attempts_id_key UNIQUE (id)
);
CREATE INDEX idx_delivery_attempts_endpoint_id ON delivery_attempts USING btree (endpoint_id);
CREATE INDEX idx_delivery_attempts_event_id ON delivery_attempts USING btree (event_id);
CREATE INDEX idx_delivery_attempts_next_retry_at ON delivery_attempts USING btree (next_retry_at) WHERE (should_retry = true);
CREATE INDEX idx_delivery_attempts_not_delivered ON delivery_attempts USING btree (user_id, event_ingested_at, event_id) WHERE (success IS NOT TRUE);
CREATE INDEX idx_delivery_attempts_user_attempted ON delivery_attempts USING btree (user_id, attempted_at, id) INCLUDE (event_id, success, duration_ms);
CREATE INDEX idx_delivery_attempts_user_endpoint ON delivery_attempts USING btree (user_id, endpoint_id, event_ingested_at, event_id) INCLUDE (duration_ms, success);

CREATE TABLE endpoints (
    id uuid DEFAULT uuid_generate_v4() NOT NULL,
    application_id uuid NOT NULL,
    name character varying(255) NOT NULL,
    webhook_url text NOT NULL,
    hmac_secret character varying(64) NOT NULL,
    contract_addresses text[],
    event_signatures text[],
    rate_limit_per_second integer DEFAULT 10,
    max_retries integer DEFAULT 5,
    timeout_seconds integer DEFAULT 30,
    is_active boolean DEFAULT true,
    health_status character varying(50) DEFAULT 'healthy'::character varying,
    last_successful_delivery_at timestamp with time zone,
    consecutive_failures integer DEFAULT 0,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    description text,
    chain_ids integer[],
    user_id uuid NOT NULL,
    CONSTRAINT endpoints_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT endpoints_id_key UNIQUE (id)
);
CREATE INDEX idx_endpoints_application_id ON endpoints USING btree (application_id);
CREATE INDEX idx_endpoints_contract_address ON endpoints USING btree (contract_addresses) WHERE (is_active = true);
CREATE INDEX idx_endpoints_event_topics ON endpoints USING gin (event_signatures) WHERE (is_active = true);

CREATE TABLE ethhook_admin_backfills (
    name text NOT NULL,
    table_name text NOT NULL,
    state text NOT NULL,
    pause_reason text,
    last_key text,
    end_key text,
    rows_visited bigint DEFAULT 0 NOT NULL,
    rows_written bigint DEFAULT 0 NOT NULL,
    rows_estimated bigint NOT NULL,
    rows_per_second double precision,
    batch_rows integer NOT NULL,
    batches bigint DEFAULT 0 NOT NULL,
    vacuums integer DEFAULT 0 NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT ethhook_admin_backfills_pkey PRIMARY KEY (name),
    CONSTRAINT ethhook_admin_backfills_state_check CHECK ((state = ANY (ARRAY['running'::text, 'paused'::text, 'done'::text])))
);

CREATE TABLE ethhook_admin_migrations (
    id integer GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    "timestamp" bigint NOT NULL,
    name character varying NOT NULL,
    executed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ethhook_admin_migrations_pkey PRIMARY KEY (id),
    CONSTRAINT ethhook_admin_migrations_name_key UNIQUE (name)
);

CREATE TABLE ethhook_admin_schema_changes (
    migration text NOT NULL,
    object text NOT NULL,
    action text NOT NULL,
    reason text NOT NULL,
    evidence jsonb DEFAULT '{}'::jsonb NOT NULL,
    restore_sql text,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ethhook_admin_schema_changes_pkey PRIMARY KEY (migration, object),
    CONSTRAINT ethhook_admin_schema_changes_action_check CHECK ((action = ANY (ARRAY['begun'::text, 'created'::text, 'dropped'::text, 'kept'::text, 'repaired'::text])))
);

CREATE TABLE events (
    id uuid DEFAULT uuid_generate_v4() NOT NULL,
    block_number bigint NOT NULL,
    block_hash character varying(66) NOT NULL,
    transaction_hash character varying(66) NOT NULL,
    log_index integer NOT NULL,
    contract_address character varying(42) NOT NULL,
    topics text[] NOT NULL,
    data text NOT NULL,
    ingested_at timestamp with time zone DEFAULT now(),
    processed_at timestamp with time zone,
    CONSTRAINT events_pkey PRIMARY KEY (id),
    CONSTRAINT events_transaction_hash_log_index_key UNIQUE (transaction_hash, log_index)
);
CREATE INDEX idx_events_contract_address ON events USING btree (contract_address);
CREATE INDEX idx_events_ingested_at_id ON events USING btree (ingested_at, id);

CREATE TABLE subscription_limits (
    tier character varying(50) NOT NULL,
    max_events_per_month integer,
    max_applications integer,
    max_endpoints_per_application integer,
    max_requests_per_minute integer,
    support_level character varying(50),
    price_usd numeric(10,2),
    CONSTRAINT subscription_limits_pkey PRIMARY KEY (tier)
);

CREATE TABLE usage_records (
    id uuid DEFAULT uuid_generate_v4() NOT NULL,
    user_id uuid NOT NULL,
    month date NOT NULL,
    events_delivered integer DEFAULT 0,
    webhooks_sent integer DEFAULT 0,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    CONSTRAINT usage_records_pkey PRIMARY KEY (id),
    CONSTRAINT usage_records_user_id_month_key UNIQUE (user_id, month)
);
CREATE INDEX idx_usage_records_user_month ON usage_records USING btree (user_id, month);

CREATE TABLE user_daily_stats (
    user_id uuid NOT NULL,
    date date NOT NULL,
    event_count bigint DEFAULT 0 NOT NULL,
    delivery_count bigint DEFAULT 0 NOT NULL,
    successful_deliveries bigint DEFAULT 0 NOT NULL,
    failed_deliveries bigint DEFAULT 0 NOT NULL,
    duration_count bigint DEFAULT 0 NOT NULL,
    duration_sum_ms bigint DEFAULT 0 NOT NULL,
    avg_duration_ms double precision GENERATED ALWAYS AS (((duration_sum_ms)::double precision / (NULLIF(duration_count, 0))::double precision)) STORED,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT user_daily_stats_pkey PRIMARY KEY (user_id, date)
);
CREATE INDEX idx_user_daily_stats_date ON user_daily_stats USING btree (date DESC);

CREATE TABLE users (
    id uuid DEFAULT uuid_generate_v4() NOT NULL,
    email character varying(255) NOT NULL,
    password_hash character varying(255) NOT NULL,
    full_name character varying(255),
    email_verified boolean DEFAULT false,
    subscription_tier character varying(50) DEFAULT 'free'::character varying,
    subscription_status character varying(50) DEFAULT 'active'::character varying,
    stripe_customer_id character varying(255),
    api_key_hash character varying(255),
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    last_login_at timestamp with time zone,
    name character varying(255),
    is_admin boolean DEFAULT false,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_api_key_hash_key UNIQUE (api_key_hash),
    CONSTRAINT users_email_key UNIQUE (email)
);
CREATE INDEX idx_users_api_key_hash ON users USING btree (api_key_hash);
CREATE INDEX idx_users_email ON users USING btree (email);
CREATE INDEX idx_users_is_admin ON users USING btree (is_admin) WHERE (is_admin = true);
ALTER TABLE applications ADD CONSTRAINT applications_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
ALTER TABLE audit_logs ADD CONSTRAINT audit_logs_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE SET NULL;
ALTER TABLE delivery_attempts ADD CONSTRAINT delivery_attempts_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE CASCADE;
ALTER TABLE delivery_attempts ADD CONSTRAINT delivery_attempts_user_id_endpoint_id_fkey FOREIGN KEY (user_id, endpoint_id) REFERENCES endpoints(user_id, id) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE delivery_attempts ADD CONSTRAINT fk_delivery_attempts_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
ALTER TABLE endpoints ADD CONSTRAINT endpoints_user_id_application_id_fkey FOREIGN KEY (user_id, application_id) REFERENCES applications(user_id, id) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE usage_records ADD CONSTRAINT usage_records_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
ALTER TABLE user_daily_stats ADD CONSTRAINT user_daily_stats_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;

CREATE OR REPLACE FUNCTION ethhook_admin_fill_attempt()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
  SELECT p.user_id INTO NEW.user_id FROM public.endpoints p WHERE p.id = NEW.endpoint_id FOR KEY SHARE;
  IF NOT FOUND AND NEW.endpoint_id IS NOT NULL THEN
    RAISE foreign_key_violation USING
      MESSAGE = 'insert or update on table "delivery_attempts" violates foreign key constraint '
                '"delivery_attempts_endpoint_id_fkey"',
      DETAIL = format('Key (endpoint_id)=(%s) is not present in table "endpoints".', NEW.endpoint_id),
      SCHEMA = 'public', TABLE = 'delivery_attempts', CONSTRAINT = 'delivery_attempts_endpoint_id_fkey';
  END IF;
  SELECT coalesce(e.ingested_at, '-infinity') INTO NEW.event_ingested_at
    FROM public.events e WHERE e.id = NEW.event_id FOR KEY SHARE;
  IF NOT FOUND AND NEW.event_id IS NOT NULL THEN
    RAISE foreign_key_violation USING
      MESSAGE = 'insert or update on table "delivery_attempts" violates foreign key constraint '
                '"delivery_attempts_event_id_fkey"',
      DETAIL = format('Key (event_id)=(%s) is not present in table "events".', NEW.event_id),
      SCHEMA = 'public', TABLE = 'delivery_attempts', CONSTRAINT = 'delivery_attempts_event_id_fkey';
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION ethhook_admin_fill_endpoint()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
  SELECT a.user_id INTO NEW.user_id
    FROM public.applications a WHERE a.id = NEW.application_id FOR KEY SHARE;
  IF NOT FOUND AND NEW.application_id IS NOT NULL THEN
    RAISE foreign_key_violation USING
      MESSAGE = 'insert or update on table "endpoints" violates foreign key constraint "endpoints_application_id_fkey"',
      DETAIL = format('Key (application_id)=(%s) is not present in table "applications".', NEW.application_id),
      SCHEMA = 'public', TABLE = 'endpoints', CONSTRAINT = 'endpoints_application_id_fkey';
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION ethhook_admin_follow_event()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
  IF TG_WHEN = 'BEFORE' THEN
    PERFORM FROM public.events e WHERE e.id = OLD.id FOR UPDATE;
    RETURN NEW;
  END IF;
  UPDATE public.delivery_attempts a SET event_ingested_at = coalesce(NEW.ingested_at, '-infinity')
   WHERE a.event_id = NEW.id;
  RETURN NULL;
END $function$;

CREATE MATERIALIZED VIEW user_recent_stats AS
 SELECT u.id AS user_id,
    r.event_count_24h,
    r.delivery_count_24h,
    r.successful_24h,
    r.failed_24h,
    ((r.duration_sum_24h_ms)::double precision / (NULLIF(r.duration_count_24h, 0))::double precision) AS avg_duration_24h,
    r.duration_count_24h,
    r.duration_sum_24h_ms,
    now() AS refreshed_at
   FROM (users u
     CROSS JOIN LATERAL ( SELECT count(DISTINCT a.event_id) AS event_count_24h,
            count(*) AS delivery_count_24h,
            count(*) FILTER (WHERE a.success) AS successful_24h,
            count(*) FILTER (WHERE (NOT a.success)) AS failed_24h,
            count(a.duration_ms) AS duration_count_24h,
            COALESCE(sum(a.duration_ms), (0)::bigint) AS duration_sum_24h_ms
           FROM delivery_attempts a
          WHERE ((a.user_id = u.id) AND (a.attempted_at >= (now() - '24:00:00'::interval)))) r)
  WHERE (r.delivery_count_24h > 0);
CREATE UNIQUE INDEX user_recent_stats_user_id_key ON user_recent_stats USING btree (user_id);
CREATE TRIGGER ethhook_admin_fill BEFORE INSERT OR UPDATE OF endpoint_id, event_id ON delivery_attempts FOR EACH ROW EXECUTE FUNCTION ethhook_admin_fill_attempt();
CREATE TRIGGER ethhook_admin_fill BEFORE INSERT OR UPDATE OF application_id ON endpoints FOR EACH ROW EXECUTE FUNCTION ethhook_admin_fill_endpoint();
CREATE TRIGGER ethhook_admin_after_retiming AFTER UPDATE OF ingested_at ON events FOR EACH ROW WHEN ((old.ingested_at IS DISTINCT FROM new.ingested_at)) EXECUTE FUNCTION ethhook_admin_follow_event();
CREATE TRIGGER ethhook_admin_before_retiming BEFORE UPDATE OF ingested_at ON events FOR EACH ROW WHEN ((old.ingested_at IS DISTINCT FROM new.ingested_at)) EXECUTE FUNCTION ethhook_admin_follow_event();
