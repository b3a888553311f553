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
    deleted_at timestamp with time zone,
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
CREATE INDEX idx_audit_logs_user_created ON audit_logs USING btree (user_id, COALESCE(created_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX idx_audit_logs_user_id ON audit_logs USING btree (user_id);

CREATE TABLE deletions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    resource_type text NOT NULL,
    resource_id uuid NOT NULL,
    name text NOT NULL,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts_total bigint NOT NULL,
    attempts_removed bigint DEFAULT 0 NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT deletions_pkey PRIMARY KEY (id),
    CONSTRAINT deletions_resource_type_check CHECK ((resource_type = ANY (ARRAY['application'::text, 'endpoint'::text])))
);
CREATE INDEX deletions_unfinished_idx ON deletions USING btree (requested_at) WHERE (finished_at IS NULL);
CREATE INDEX deletions_user_id_idx ON deletions USING btree (user_id, requested_at, id);

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
    written_in xid8,
    inserted_in xid8,
    CONSTRAINT delivery_attempts_pkey PRIMARY KEY (user_id, event_ingested_at, event_id, id) INCLUDE (endpoint_id, duration_ms, success),
    CONSTRAINT delivery_attempts_id_key UNIQUE (id)
);
CREATE INDEX idx_delivery_attempts_endpoint_attempted ON delivery_attempts USING btree (endpoint_id, attempted_at NULLS FIRST, id) INCLUDE (success) WITH (fillfactor='97');
CREATE INDEX idx_delivery_attempts_endpoint_event ON delivery_attempts USING btree (endpoint_id, event_ingested_at, event_id) INCLUDE (duration_ms, success) WITH (fillfactor='97');
CREATE INDEX idx_delivery_attempts_event_id ON delivery_attempts USING btree (event_id);
CREATE INDEX idx_delivery_attempts_inserted_in ON delivery_attempts USING btree (inserted_in) WHERE (inserted_in IS NOT NULL);
CREATE INDEX idx_delivery_attempts_next_retry_at ON delivery_attempts USING btree (next_retry_at) WHERE (should_retry = true);
CREATE INDEX idx_delivery_attempts_undelivered ON delivery_attempts USING btree (user_id, event_ingested_at, event_id) INCLUDE (success) WHERE (success IS NOT TRUE);
CREATE INDEX idx_delivery_attempts_written_in ON delivery_attempts USING btree (written_in) WHERE (written_in IS NOT NULL);

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
    deleted_at timestamp with time zone,
    CONSTRAINT endpoints_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT endpoints_id_key UNIQUE (id)
);
CREATE INDEX idx_endpoints_application_id ON endpoints USING btree (application_id);
CREATE INDEX idx_endpoints_contract_address ON endpoints USING btree (contract_addresses) WHERE (is_active = true);
CREATE INDEX idx_endpoints_event_topics ON endpoints USING gin (event_signatures) WHERE (is_active = true);

CREATE TABLE ethhook_admin_alerts (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    kind text NOT NULL,
    finding_id uuid,
    severity text,
    finding jsonb,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    ended_at timestamp with time zone,
    outcome text,
    last_status integer,
    last_error text,
    CONSTRAINT ethhook_admin_alerts_pkey PRIMARY KEY (id),
    CONSTRAINT ethhook_admin_alerts_kind_check CHECK ((kind = ANY (ARRAY['opened'::text, 'raised'::text, 'reminder'::text, 'resolved'::text, 'test'::text]))),
    CONSTRAINT ethhook_admin_alerts_outcome_check CHECK ((outcome = ANY (ARRAY['delivered'::text, 'given_up'::text]))),
    CONSTRAINT ethhook_admin_alerts_severity_check CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text])))
);
CREATE INDEX ethhook_admin_alerts_created_at_idx ON ethhook_admin_alerts USING btree (created_at, id);
CREATE INDEX ethhook_admin_alerts_due_at_idx ON ethhook_admin_alerts USING btree (due_at, id) WHERE (ended_at IS NULL);
CREATE INDEX ethhook_admin_alerts_finding_id_idx ON ethhook_admin_alerts USING btree (finding_id);

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

CREATE TABLE ethhook_admin_check_reports (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    cadence text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    content jsonb NOT NULL,
    CONSTRAINT ethhook_admin_check_reports_pkey PRIMARY KEY (id),
    CONSTRAINT ethhook_admin_check_reports_cadence_check CHECK ((cadence = ANY (ARRAY['daily'::text, 'weekly'::text])))
);
CREATE INDEX ethhook_admin_check_reports_created_at_idx ON ethhook_admin_check_reports USING btree (created_at, id);

CREATE TABLE ethhook_admin_checks (
    name text NOT NULL,
    looked_at timestamp with time zone NOT NULL,
    evaluated_at timestamp with time zone,
    duration_ms double precision NOT NULL,
    limits text[] NOT NULL,
    error text,
    CONSTRAINT ethhook_admin_checks_pkey PRIMARY KEY (name)
);

CREATE TABLE ethhook_admin_counters (
    name text NOT NULL,
    at timestamp with time zone NOT NULL,
    counted_since timestamp with time zone,
    counts jsonb NOT NULL,
    CONSTRAINT ethhook_admin_counters_pkey PRIMARY KEY (name)
);

CREATE TABLE ethhook_admin_daily_changes (
    user_id uuid NOT NULL,
    date date NOT NULL
);
CREATE INDEX ethhook_admin_daily_changes_idx ON ethhook_admin_daily_changes USING btree (user_id, date);

CREATE TABLE ethhook_admin_daily_upkeep (
    only_row boolean DEFAULT true NOT NULL,
    counted_to xid8 NOT NULL,
    CONSTRAINT ethhook_admin_daily_upkeep_pkey PRIMARY KEY (only_row),
    CONSTRAINT ethhook_admin_daily_upkeep_only_row_check CHECK (only_row)
);

CREATE TABLE ethhook_admin_finding_openings (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    finding_id uuid NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    severity text NOT NULL,
    title text NOT NULL,
    evidence jsonb NOT NULL,
    CONSTRAINT ethhook_admin_finding_openings_pkey PRIMARY KEY (id),
    CONSTRAINT ethhook_admin_finding_openings_finding_id_opened_at_key UNIQUE (finding_id, opened_at),
    CONSTRAINT ethhook_admin_finding_openings_severity_check CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text])))
);

CREATE TABLE ethhook_admin_findings (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    check_name text NOT NULL,
    object text NOT NULL,
    severity text NOT NULL,
    title text NOT NULL,
    evidence jsonb NOT NULL,
    why text NOT NULL,
    fix_sql text,
    advice text NOT NULL,
    action jsonb,
    opened_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    reopened integer DEFAULT 0 NOT NULL,
    seen_limits text[] NOT NULL,
    clean_looks integer DEFAULT 0 NOT NULL,
    ignored_at timestamp with time zone,
    ignored_by text,
    ignored_until timestamp with time zone,
    ignore_reason text,
    alerted_at timestamp with time zone,
    alerted_severity text,
    CONSTRAINT ethhook_admin_findings_pkey PRIMARY KEY (id),
    CONSTRAINT ethhook_admin_findings_check_name_object_key UNIQUE (check_name, object),
    CONSTRAINT ethhook_admin_findings_severity_check CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text])))
);
CREATE INDEX ethhook_admin_findings_opened_at_idx ON ethhook_admin_findings USING btree (opened_at, id);

CREATE TABLE ethhook_admin_job_runs (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    job text NOT NULL,
    scheduled_for timestamp with time zone,
    state text DEFAULT 'queued'::text NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    fence bigint DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    lease_until timestamp with time zone,
    instance text,
    backend_pid integer,
    backend_started_at timestamp with time zone,
    asked_by text,
    reason text,
    is_dry_run boolean DEFAULT false NOT NULL,
    is_forced boolean DEFAULT false NOT NULL,
    parameters jsonb DEFAULT '{}'::jsonb NOT NULL,
    cancelled_by text,
    queued_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    rows bigint,
    summary text,
    error_code text,
    error_message text,
    steps jsonb DEFAULT '[]'::jsonb NOT NULL,
    details jsonb,
    progress jsonb,
    CONSTRAINT ethhook_admin_job_runs_pkey PRIMARY KEY (id),
    CONSTRAINT ethhook_admin_job_runs_slot_key UNIQUE (job, scheduled_for),
    CONSTRAINT ethhook_admin_job_runs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text, 'skipped'::text, 'abandoned'::text])))
)
WITH (fillfactor=70);
CREATE INDEX ethhook_admin_job_runs_job_idx ON ethhook_admin_job_runs USING btree (job, id);
CREATE INDEX ethhook_admin_job_runs_open_idx ON ethhook_admin_job_runs USING btree (due_at) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE UNIQUE INDEX ethhook_admin_job_runs_running_key ON ethhook_admin_job_runs USING btree (job) WHERE (state = 'running'::text);

CREATE TABLE ethhook_admin_jobs (
    name text NOT NULL,
    last_slot timestamp with time zone DEFAULT now() NOT NULL,
    paused_at timestamp with time zone,
    paused_by text,
    pause_reason text,
    CONSTRAINT ethhook_admin_jobs_pkey PRIMARY KEY (name)
);

CREATE TABLE ethhook_admin_migrations (
    id integer GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    "timestamp" bigint NOT NULL,
    name character varying NOT NULL,
    executed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ethhook_admin_migrations_pkey PRIMARY KEY (id),
    CONSTRAINT ethhook_admin_migrations_name_key UNIQUE (name)
);

CREATE TABLE ethhook_admin_retention (
    only_row boolean DEFAULT true NOT NULL,
    attempts_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    events_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT ethhook_admin_retention_pkey PRIMARY KEY (only_row),
    CONSTRAINT ethhook_admin_retention_only_row_check CHECK (only_row)
);

CREATE TABLE ethhook_admin_route_minutes (
    minute timestamp with time zone NOT NULL,
    instance text NOT NULL,
    part integer NOT NULL,
    route text NOT NULL,
    method text NOT NULL,
    requests integer NOT NULL,
    errors integer NOT NULL,
    client_errors integer NOT NULL,
    timeouts integer NOT NULL,
    cache_hits integer NOT NULL,
    cache_misses integer NOT NULL,
    sum_ms double precision NOT NULL,
    max_ms double precision NOT NULL,
    database_ms double precision NOT NULL,
    bins integer[] NOT NULL,
    counts integer[] NOT NULL,
    CONSTRAINT ethhook_admin_route_minutes_pkey PRIMARY KEY (minute, instance, part, route, method)
);

CREATE TABLE ethhook_admin_samples (
    series text NOT NULL,
    object text NOT NULL,
    at timestamp with time zone NOT NULL,
    value double precision NOT NULL,
    CONSTRAINT ethhook_admin_samples_pkey PRIMARY KEY (series, object, at)
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

CREATE TABLE ethhook_admin_scorecard (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    period text NOT NULL,
    at timestamp with time zone NOT NULL,
    target text NOT NULL,
    bound double precision NOT NULL,
    measured double precision,
    state text NOT NULL,
    reason text,
    samples bigint NOT NULL,
    CONSTRAINT ethhook_admin_scorecard_pkey PRIMARY KEY (id),
    CONSTRAINT ethhook_admin_scorecard_key UNIQUE (period, at, target),
    CONSTRAINT ethhook_admin_scorecard_period_check CHECK ((period = ANY (ARRAY['hour'::text, 'day'::text]))),
    CONSTRAINT ethhook_admin_scorecard_state_check CHECK ((state = ANY (ARRAY['met'::text, 'missed'::text, 'unknown'::text])))
);

CREATE TABLE ethhook_admin_scorecard_baseline (
    figure text NOT NULL,
    low double precision NOT NULL,
    high double precision NOT NULL,
    source text NOT NULL,
    recorded_by text,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ethhook_admin_scorecard_baseline_pkey PRIMARY KEY (figure),
    CONSTRAINT ethhook_admin_scorecard_baseline_check CHECK ((low <= high))
);

CREATE TABLE ethhook_admin_setting_changes (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    target text NOT NULL,
    setting text NOT NULL,
    value_before text,
    value_after text NOT NULL,
    reason text NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    verified_at timestamp with time zone,
    reverted_at timestamp with time zone,
    CONSTRAINT ethhook_admin_setting_changes_pkey PRIMARY KEY (id)
);

CREATE TABLE ethhook_admin_settings_seen (
    scope text NOT NULL,
    name text NOT NULL,
    setting text NOT NULL,
    source text NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ethhook_admin_settings_seen_pkey PRIMARY KEY (scope, name)
);

CREATE TABLE ethhook_admin_shadow_differences (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    read text NOT NULL,
    parameters jsonb NOT NULL,
    live jsonb,
    original jsonb,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ethhook_admin_shadow_differences_pkey PRIMARY KEY (id)
);

CREATE TABLE ethhook_admin_statement_deltas (
    at timestamp with time zone NOT NULL,
    statement_id integer NOT NULL,
    calls bigint,
    rows bigint,
    exec_ms double precision,
    max_exec_ms double precision,
    plan_ms double precision,
    blocks_hit bigint,
    blocks_read bigint,
    blocks_dirtied bigint,
    blocks_written bigint,
    temp_read bigint,
    temp_written bigint,
    io_ms double precision,
    wal_bytes bigint,
    CONSTRAINT ethhook_admin_statement_deltas_pkey PRIMARY KEY (at, statement_id)
);

CREATE TABLE ethhook_admin_statement_errors (
    at timestamp with time zone NOT NULL,
    label text NOT NULL,
    sqlstate text NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT ethhook_admin_statement_errors_pkey PRIMARY KEY (at, label, sqlstate)
);

CREATE TABLE ethhook_admin_statement_hours (
    at timestamp with time zone NOT NULL,
    statement_id integer NOT NULL,
    calls bigint,
    rows bigint,
    exec_ms double precision,
    max_exec_ms double precision,
    plan_ms double precision,
    blocks_hit bigint,
    blocks_read bigint,
    blocks_dirtied bigint,
    blocks_written bigint,
    temp_read bigint,
    temp_written bigint,
    io_ms double precision,
    wal_bytes bigint,
    CONSTRAINT ethhook_admin_statement_hours_pkey PRIMARY KEY (at, statement_id)
);

CREATE TABLE ethhook_admin_statement_plans (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    queryid bigint NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    fingerprint text NOT NULL,
    cost double precision NOT NULL,
    indexes text[] NOT NULL,
    plan jsonb NOT NULL,
    CONSTRAINT ethhook_admin_statement_plans_pkey PRIMARY KEY (id)
);
CREATE INDEX ethhook_admin_statement_plans_queryid_idx ON ethhook_admin_statement_plans USING btree (queryid, id);

CREATE TABLE ethhook_admin_statement_texts (
    queryid bigint NOT NULL,
    text text,
    label text,
    kind text NOT NULL,
    is_masked boolean NOT NULL,
    is_truncated boolean NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ethhook_admin_statement_texts_pkey PRIMARY KEY (queryid),
    CONSTRAINT ethhook_admin_statement_texts_kind_check CHECK ((kind = ANY (ARRAY['plannable'::text, 'utility'::text, 'unknown'::text])))
);

CREATE TABLE ethhook_admin_statement_turns (
    at timestamp with time zone NOT NULL,
    sees_all boolean NOT NULL,
    entries integer NOT NULL,
    moved integer NOT NULL,
    was_wiped boolean NOT NULL,
    dealloc bigint NOT NULL,
    evictions bigint NOT NULL,
    deadlocks bigint NOT NULL,
    new_deadlocks bigint NOT NULL,
    stats_reset timestamp with time zone,
    server_started_at timestamp with time zone NOT NULL,
    server_stats_reset timestamp with time zone,
    CONSTRAINT ethhook_admin_statement_turns_pkey PRIMARY KEY (at)
);

CREATE TABLE ethhook_admin_statements (
    id integer GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    dbid oid NOT NULL,
    userid oid NOT NULL,
    queryid bigint NOT NULL,
    toplevel boolean NOT NULL,
    first_seen_at timestamp with time zone,
    gone_at timestamp with time zone,
    stats_since timestamp with time zone,
    min_exec_ms double precision,
    calls bigint,
    rows bigint,
    exec_ms double precision,
    max_exec_ms double precision,
    plan_ms double precision,
    blocks_hit bigint,
    blocks_read bigint,
    blocks_dirtied bigint,
    blocks_written bigint,
    temp_read bigint,
    temp_written bigint,
    io_ms double precision,
    wal_bytes bigint,
    CONSTRAINT ethhook_admin_statements_pkey PRIMARY KEY (id),
    CONSTRAINT ethhook_admin_statements_key UNIQUE (queryid, userid, dbid, toplevel)
)
WITH (fillfactor=50);

CREATE TABLE ethhook_admin_tenant_hours (
    hour timestamp with time zone NOT NULL,
    user_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    requests bigint NOT NULL,
    database_ms double precision NOT NULL,
    rows bigint NOT NULL,
    bytes bigint NOT NULL,
    statements bigint NOT NULL,
    CONSTRAINT ethhook_admin_tenant_hours_pkey PRIMARY KEY (hour, user_id, endpoint_id)
);
CREATE INDEX ethhook_admin_tenant_hours_user_idx ON ethhook_admin_tenant_hours USING btree (user_id, hour);

CREATE TABLE ethhook_admin_timeline (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    by text,
    CONSTRAINT ethhook_admin_timeline_pkey PRIMARY KEY (id),
    CONSTRAINT ethhook_admin_timeline_kind_check CHECK ((kind = ANY (ARRAY['configuration'::text, 'deployment'::text, 'manual'::text])))
);
CREATE UNIQUE INDEX ethhook_admin_timeline_deployment_key ON ethhook_admin_timeline USING btree (name) WHERE (kind = 'deployment'::text);

CREATE TABLE event_blocks (
    user_id uuid NOT NULL,
    hour timestamp with time zone NOT NULL,
    blocks int8multirange NOT NULL,
    CONSTRAINT event_blocks_pkey PRIMARY KEY (user_id, hour)
)
WITH (fillfactor=80);

CREATE TABLE event_facets (
    user_id uuid NOT NULL,
    facet bigint NOT NULL,
    day date NOT NULL,
    slots bit(288) NOT NULL,
    CONSTRAINT event_facets_pkey PRIMARY KEY (user_id, facet, day)
)
WITH (fillfactor=80);

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
CREATE INDEX idx_events_block ON events USING btree (block_number);
CREATE INDEX idx_events_ingested_at_id ON events USING btree (ingested_at, id) WITH (fillfactor='97');

CREATE TABLE statistics_audits (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    user_id uuid NOT NULL,
    day timestamp with time zone NOT NULL,
    audited_at timestamp with time zone DEFAULT now() NOT NULL,
    rows integer NOT NULL,
    drifted integer NOT NULL,
    evidence jsonb DEFAULT '[]'::jsonb NOT NULL,
    repaired boolean DEFAULT false NOT NULL,
    CONSTRAINT statistics_audits_pkey PRIMARY KEY (id)
);
CREATE INDEX statistics_audits_audited_at_idx ON statistics_audits USING btree (audited_at);

CREATE TABLE statistics_chain_sets (
    user_id uuid NOT NULL,
    scope_id uuid NOT NULL,
    chain_ids integer[] NOT NULL,
    CONSTRAINT statistics_chain_sets_pkey PRIMARY KEY (user_id, scope_id)
);

CREATE TABLE statistics_days (
    user_id uuid NOT NULL,
    scope_id uuid NOT NULL,
    bucket timestamp with time zone NOT NULL,
    ms bigint NOT NULL,
    ms_ok bigint NOT NULL,
    ms_failed bigint NOT NULL,
    events integer NOT NULL,
    events_ok integer NOT NULL,
    events_failed integer NOT NULL,
    events_open integer NOT NULL,
    attempts integer NOT NULL,
    ok integer NOT NULL,
    failed integer NOT NULL,
    timed integer NOT NULL,
    timed_ok integer NOT NULL,
    timed_failed integer NOT NULL,
    kind smallint NOT NULL,
    CONSTRAINT statistics_days_pkey PRIMARY KEY (user_id, scope_id, bucket)
)
WITH (autovacuum_vacuum_scale_factor=0.02, fillfactor=80);

CREATE TABLE statistics_durations (
    user_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    bin smallint NOT NULL,
    attempts integer NOT NULL,
    min_ms integer NOT NULL,
    max_ms integer NOT NULL,
    CONSTRAINT statistics_durations_pkey PRIMARY KEY (user_id, endpoint_id, bin)
)
WITH (autovacuum_vacuum_scale_factor=0.02, fillfactor=50);

CREATE TABLE statistics_endpoints (
    user_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    application_id uuid NOT NULL,
    chain_ids integer[] NOT NULL,
    CONSTRAINT statistics_endpoints_pkey PRIMARY KEY (user_id, endpoint_id),
    CONSTRAINT statistics_endpoints_endpoint_id_key UNIQUE (endpoint_id)
);

CREATE TABLE statistics_fine (
    user_id uuid NOT NULL,
    scope_id uuid NOT NULL,
    bucket timestamp with time zone NOT NULL,
    ms bigint NOT NULL,
    ms_ok bigint NOT NULL,
    ms_failed bigint NOT NULL,
    events integer NOT NULL,
    events_ok integer NOT NULL,
    events_failed integer NOT NULL,
    events_open integer NOT NULL,
    attempts integer NOT NULL,
    ok integer NOT NULL,
    failed integer NOT NULL,
    timed integer NOT NULL,
    timed_ok integer NOT NULL,
    timed_failed integer NOT NULL,
    kind smallint NOT NULL,
    CONSTRAINT statistics_fine_pkey PRIMARY KEY (user_id, scope_id, bucket)
)
WITH (autovacuum_vacuum_scale_factor=0.02, fillfactor=70);

CREATE TABLE statistics_hours (
    user_id uuid NOT NULL,
    scope_id uuid NOT NULL,
    bucket timestamp with time zone NOT NULL,
    ms bigint NOT NULL,
    ms_ok bigint NOT NULL,
    ms_failed bigint NOT NULL,
    events integer NOT NULL,
    events_ok integer NOT NULL,
    events_failed integer NOT NULL,
    events_open integer NOT NULL,
    attempts integer NOT NULL,
    ok integer NOT NULL,
    failed integer NOT NULL,
    timed integer NOT NULL,
    timed_ok integer NOT NULL,
    timed_failed integer NOT NULL,
    kind smallint NOT NULL,
    CONSTRAINT statistics_hours_pkey PRIMARY KEY (user_id, scope_id, bucket)
)
WITH (autovacuum_vacuum_scale_factor=0.02, fillfactor=90);

CREATE TABLE statistics_rebuilds (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    user_id uuid NOT NULL,
    part text NOT NULL,
    reason text NOT NULL,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    done_until timestamp with time zone,
    CONSTRAINT statistics_rebuilds_pkey PRIMARY KEY (id),
    CONSTRAINT statistics_rebuilds_part_check CHECK ((part = ANY (ARRAY['all'::text, 'applications'::text, 'chains'::text])))
);
CREATE INDEX statistics_rebuilds_user_id_idx ON statistics_rebuilds USING btree (user_id);

CREATE TABLE statistics_removals (
    removed_in xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT statistics_removals_pkey PRIMARY KEY (removed_in)
);

CREATE TABLE statistics_removed_durations (
    endpoint_id uuid NOT NULL,
    bin smallint NOT NULL,
    attempts integer NOT NULL,
    min_ms integer NOT NULL,
    max_ms integer NOT NULL,
    CONSTRAINT statistics_removed_durations_pkey PRIMARY KEY (endpoint_id, bin)
);

CREATE TABLE statistics_removed_sets (
    user_id uuid NOT NULL,
    scope_id uuid NOT NULL,
    endpoint_ids uuid[] NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    CONSTRAINT statistics_removed_sets_pkey PRIMARY KEY (user_id, scope_id)
);

CREATE TABLE statistics_state (
    only_row boolean DEFAULT true NOT NULL,
    horizon xid8 NOT NULL,
    in_flight xid8[] NOT NULL,
    folded_at timestamp with time zone NOT NULL,
    fine_from timestamp with time zone NOT NULL,
    caught_up boolean DEFAULT true NOT NULL,
    rebasing boolean DEFAULT false NOT NULL,
    CONSTRAINT statistics_state_pkey PRIMARY KEY (only_row),
    CONSTRAINT statistics_state_only_row_check CHECK (only_row)
)
WITH (fillfactor=10);

CREATE TABLE statistics_totals (
    user_id uuid NOT NULL,
    scope_id uuid NOT NULL,
    bucket timestamp with time zone NOT NULL,
    ms bigint NOT NULL,
    ms_ok bigint NOT NULL,
    ms_failed bigint NOT NULL,
    events integer NOT NULL,
    events_ok integer NOT NULL,
    events_failed integer NOT NULL,
    events_open integer NOT NULL,
    attempts integer NOT NULL,
    ok integer NOT NULL,
    failed integer NOT NULL,
    timed integer NOT NULL,
    timed_ok integer NOT NULL,
    timed_failed integer NOT NULL,
    kind smallint NOT NULL,
    CONSTRAINT statistics_totals_pkey PRIMARY KEY (user_id, scope_id, bucket)
)
WITH (autovacuum_vacuum_scale_factor=0.02, fillfactor=30);

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

CREATE TABLE superseded_attempts (
    user_id uuid NOT NULL,
    event_ingested_at timestamp with time zone NOT NULL,
    superseded_in xid8 DEFAULT pg_current_xact_id() NOT NULL,
    attempt_id uuid NOT NULL,
    written_in xid8,
    event_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    duration_ms integer,
    success boolean,
    CONSTRAINT superseded_attempts_pkey PRIMARY KEY (user_id, event_ingested_at, superseded_in, attempt_id)
)
WITH (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=20000);
CREATE INDEX superseded_attempts_superseded_in_idx ON superseded_attempts USING btree (superseded_in);
CREATE INDEX superseded_attempts_written_in_idx ON superseded_attempts USING btree (written_in);

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
ALTER TABLE deletions ADD CONSTRAINT deletions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
ALTER TABLE delivery_attempts ADD CONSTRAINT delivery_attempts_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE CASCADE;
ALTER TABLE delivery_attempts ADD CONSTRAINT delivery_attempts_user_id_endpoint_id_fkey FOREIGN KEY (user_id, endpoint_id) REFERENCES endpoints(user_id, id) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE endpoints ADD CONSTRAINT endpoints_user_id_application_id_fkey FOREIGN KEY (user_id, application_id) REFERENCES applications(user_id, id) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE ethhook_admin_alerts ADD CONSTRAINT ethhook_admin_alerts_finding_id_fkey FOREIGN KEY (finding_id) REFERENCES ethhook_admin_findings(id) ON DELETE CASCADE;
ALTER TABLE ethhook_admin_finding_openings ADD CONSTRAINT ethhook_admin_finding_openings_finding_id_fkey FOREIGN KEY (finding_id) REFERENCES ethhook_admin_findings(id) ON DELETE CASCADE;
ALTER TABLE usage_records ADD CONSTRAINT usage_records_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
ALTER TABLE user_daily_stats ADD CONSTRAINT user_daily_stats_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;

CREATE OR REPLACE FUNCTION ethhook_admin_fill_attempt()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
BEGIN
  SELECT p.user_id, coalesce(e.ingested_at, '-infinity') INTO NEW.user_id, NEW.event_ingested_at
    FROM public.endpoints p CROSS JOIN public.events e
   WHERE p.id OPERATOR(pg_catalog.=) NEW.endpoint_id AND e.id OPERATOR(pg_catalog.=) NEW.event_id FOR KEY SHARE;
  IF NOT FOUND THEN
    IF NEW.endpoint_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM public.endpoints p WHERE p.id OPERATOR(pg_catalog.=) NEW.endpoint_id) THEN
    RAISE foreign_key_violation USING
      MESSAGE = 'insert or update on table "delivery_attempts" violates foreign key constraint '
                '"delivery_attempts_endpoint_id_fkey"',
      DETAIL = pg_catalog.format('Key (endpoint_id)=(%s) is not present in table "endpoints".', NEW.endpoint_id),
      SCHEMA = 'public', TABLE = 'delivery_attempts', CONSTRAINT = 'delivery_attempts_endpoint_id_fkey';
    END IF;
    IF NEW.event_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM public.events e WHERE e.id OPERATOR(pg_catalog.=) NEW.event_id) THEN
    RAISE foreign_key_violation USING
      MESSAGE = 'insert or update on table "delivery_attempts" violates foreign key constraint '
                '"delivery_attempts_event_id_fkey"',
      DETAIL = pg_catalog.format('Key (event_id)=(%s) is not present in table "events".', NEW.event_id),
      SCHEMA = 'public', TABLE = 'delivery_attempts', CONSTRAINT = 'delivery_attempts_event_id_fkey';
    END IF;
  END IF;
  IF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
    NEW.written_in := pg_catalog.pg_current_xact_id();
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

CREATE OR REPLACE FUNCTION ethhook_admin_mark_days()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO public.ethhook_admin_daily_changes (user_id, date)
    SELECT m.user_id, (m.attempted_at AT TIME ZONE 'UTC')::date
      FROM (VALUES (OLD.user_id, OLD.attempted_at), (NEW.user_id, NEW.attempted_at)) m (user_id, attempted_at)
     WHERE m.attempted_at IS NOT NULL;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO public.ethhook_admin_daily_changes (user_id, date)
    SELECT DISTINCT g.user_id, (g.attempted_at AT TIME ZONE 'UTC')::date FROM gone g WHERE g.attempted_at IS NOT NULL;
  ELSE
    INSERT INTO public.ethhook_admin_daily_changes (user_id, date)
    SELECT DISTINCT s.user_id, '-infinity'::date FROM public.user_daily_stats s;
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION ethhook_admin_place_endpoint()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
  chains integer[] := ARRAY(SELECT DISTINCT c FROM unnest(NEW.chain_ids) c WHERE c IS NOT NULL ORDER BY c);
  before public.statistics_endpoints;
BEGIN
  SELECT s.* INTO before FROM public.statistics_endpoints s WHERE s.endpoint_id = NEW.id;
  INSERT INTO public.statistics_endpoints AS s (user_id, endpoint_id, application_id, chain_ids)
  VALUES (NEW.user_id, NEW.id, NEW.application_id, chains)
      ON CONFLICT (endpoint_id) DO UPDATE
     SET user_id = excluded.user_id, application_id = excluded.application_id, chain_ids = excluded.chain_ids;
  IF before.endpoint_id IS NULL THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.statistics_rebuilds (user_id, part, reason)
  SELECT u.id, p.part, p.reason
    FROM (SELECT before.user_id AS id UNION SELECT NEW.user_id) u
   CROSS JOIN (VALUES
     ('applications', 'an endpoint has moved to another application or owner',
      before.application_id <> NEW.application_id OR before.user_id <> NEW.user_id),
     ('chains', 'the chains of an endpoint have changed',
      before.chain_ids <> chains OR before.user_id <> NEW.user_id)) p (part, reason, holds)
   WHERE p.holds;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION ethhook_admin_supersede_attempt()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
  IF OLD.written_in IS DISTINCT FROM pg_current_xact_id() THEN
    INSERT INTO public.superseded_attempts
      (user_id, event_ingested_at, attempt_id, written_in, event_id, endpoint_id, duration_ms, success)
    VALUES (OLD.user_id, OLD.event_ingested_at, OLD.id, OLD.written_in, OLD.event_id, OLD.endpoint_id, OLD.duration_ms,
            OLD.success);
    IF TG_OP = 'UPDATE' AND OLD.inserted_in IS NULL THEN
      NEW.inserted_in := coalesce(OLD.written_in, '2');
    END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  NEW.written_in := pg_current_xact_id();
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION ethhook_admin_truncate_attempts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
  DELETE FROM public.superseded_attempts;
  INSERT INTO public.statistics_rebuilds (user_id, part, reason)
  SELECT t.user_id, 'all', 'the attempts were truncated'
    FROM (SELECT user_id FROM public.statistics_totals UNION SELECT id FROM public.users) t;
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
           FROM (endpoints p
             CROSS JOIN LATERAL ( SELECT d.event_id,
                    d.success,
                    d.duration_ms
                   FROM delivery_attempts d
                  WHERE ((d.endpoint_id = p.id) AND (d.attempted_at >= (now() - '24:00:00'::interval)))) a)
          WHERE (p.user_id = u.id)) r)
  WHERE (r.delivery_count_24h > 0);
CREATE UNIQUE INDEX user_recent_stats_user_id_key ON user_recent_stats USING btree (user_id);
CREATE TRIGGER ethhook_admin_fill BEFORE INSERT OR UPDATE OF endpoint_id, event_id ON delivery_attempts FOR EACH ROW EXECUTE FUNCTION ethhook_admin_fill_attempt();
CREATE TRIGGER ethhook_admin_mark_deleted AFTER DELETE ON delivery_attempts REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION ethhook_admin_mark_days();
CREATE TRIGGER ethhook_admin_mark_moved AFTER UPDATE ON delivery_attempts FOR EACH ROW WHEN (((old.attempted_at IS DISTINCT FROM new.attempted_at) OR (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION ethhook_admin_mark_days();
CREATE TRIGGER ethhook_admin_mark_truncated AFTER TRUNCATE ON delivery_attempts FOR EACH STATEMENT EXECUTE FUNCTION ethhook_admin_mark_days();
CREATE TRIGGER ethhook_admin_supersede BEFORE UPDATE ON delivery_attempts FOR EACH ROW WHEN (((old.success IS DISTINCT FROM new.success) OR (old.duration_ms IS DISTINCT FROM new.duration_ms) OR (old.endpoint_id IS DISTINCT FROM new.endpoint_id) OR (old.event_id IS DISTINCT FROM new.event_id) OR (old.event_ingested_at IS DISTINCT FROM new.event_ingested_at) OR (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION ethhook_admin_supersede_attempt();
CREATE TRIGGER ethhook_admin_supersede_deleted BEFORE DELETE ON delivery_attempts FOR EACH ROW EXECUTE FUNCTION ethhook_admin_supersede_attempt();
CREATE TRIGGER ethhook_admin_truncate AFTER TRUNCATE ON delivery_attempts FOR EACH STATEMENT EXECUTE FUNCTION ethhook_admin_truncate_attempts();
CREATE TRIGGER ethhook_admin_fill BEFORE INSERT OR UPDATE OF application_id ON endpoints FOR EACH ROW EXECUTE FUNCTION ethhook_admin_fill_endpoint();
CREATE TRIGGER ethhook_admin_place AFTER INSERT OR UPDATE OF application_id, chain_ids, user_id ON endpoints FOR EACH ROW EXECUTE FUNCTION ethhook_admin_place_endpoint();
CREATE TRIGGER ethhook_admin_after_retiming AFTER UPDATE OF ingested_at ON events FOR EACH ROW WHEN ((old.ingested_at IS DISTINCT FROM new.ingested_at)) EXECUTE FUNCTION ethhook_admin_follow_event();
CREATE TRIGGER ethhook_admin_before_retiming BEFORE UPDATE OF ingested_at ON events FOR EACH ROW WHEN ((old.ingested_at IS DISTINCT FROM new.ingested_at)) EXECUTE FUNCTION ethhook_admin_follow_event();
COMMENT ON COLUMN ethhook_admin_route_minutes.bins IS 'Of latency, those that are not empty; counts has how many are in each.';
COMMENT ON COLUMN ethhook_admin_route_minutes.instance IS 'A process; empty: all of them, and the whole hour.';
COMMENT ON COLUMN ethhook_admin_setting_changes.target IS 'A table, or the word server.';
COMMENT ON COLUMN ethhook_admin_tenant_hours.endpoint_id IS 'All 0: not about one endpoint.';
COMMENT ON COLUMN ethhook_admin_tenant_hours.user_id IS 'All 0: nobody was logged in; all f: tenants that there was no room for.';
