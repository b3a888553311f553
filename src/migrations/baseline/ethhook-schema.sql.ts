/**
 * EthHook's schema as its three migrations leave it: the same columns in the same order, the same names of
 * keys and indexes. A database created here and one that EthHook created are not to be told apart.
 */
export const createEthhookSchema = `
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";

CREATE TABLE public.users (
  id                  uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
  email               varchar(255) NOT NULL UNIQUE,
  password_hash       varchar(255) NOT NULL,
  full_name           varchar(255),
  email_verified      boolean DEFAULT false,
  subscription_tier   varchar(50) DEFAULT 'free',
  subscription_status varchar(50) DEFAULT 'active',
  stripe_customer_id  varchar(255),
  api_key_hash        varchar(255) UNIQUE,
  created_at          timestamptz DEFAULT now(),
  updated_at          timestamptz DEFAULT now(),
  last_login_at       timestamptz,
  name                varchar(255),
  is_admin            boolean DEFAULT false
);
CREATE INDEX idx_users_email ON public.users (email);
CREATE INDEX idx_users_api_key_hash ON public.users (api_key_hash);
CREATE INDEX idx_users_is_admin ON public.users (is_admin) WHERE is_admin = true;

CREATE TABLE public.applications (
  id             uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
  user_id        uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
  name           varchar(255) NOT NULL,
  description    text,
  webhook_secret varchar(64) NOT NULL,
  is_active      boolean DEFAULT true,
  created_at     timestamptz DEFAULT now(),
  updated_at     timestamptz DEFAULT now(),
  api_key        varchar(255)
);
CREATE INDEX idx_applications_user_id ON public.applications (user_id);
CREATE UNIQUE INDEX idx_applications_api_key ON public.applications (api_key) WHERE api_key IS NOT NULL;

-- EthHook renamed webhook_url, contract_addresses and event_signatures; the old names live on in indexes, an
-- index's column, and (PostgreSQL 18) a NOT NULL constraint.
CREATE TABLE public.endpoints (
  id                          uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
  application_id              uuid NOT NULL REFERENCES public.applications (id) ON DELETE CASCADE,
  name                        varchar(255) NOT NULL,
  webhook_url                 text CONSTRAINT endpoints_url_not_null NOT NULL,
  hmac_secret                 varchar(64) NOT NULL,
  contract_addresses          text[],
  event_signatures            text[],
  rate_limit_per_second       integer DEFAULT 10,
  max_retries                 integer DEFAULT 5,
  timeout_seconds             integer DEFAULT 30,
  is_active                   boolean DEFAULT true,
  health_status               varchar(50) DEFAULT 'healthy',
  last_successful_delivery_at timestamptz,
  consecutive_failures        integer DEFAULT 0,
  created_at                  timestamptz DEFAULT now(),
  updated_at                  timestamptz DEFAULT now(),
  description                 text,
  chain_ids                   integer[]
);
CREATE INDEX idx_endpoints_application_id ON public.endpoints (application_id);
CREATE INDEX idx_endpoints_contract_address ON public.endpoints (contract_addresses) WHERE is_active = true;
CREATE INDEX idx_endpoints_event_topics ON public.endpoints USING gin (event_signatures) WHERE is_active = true;
ALTER TABLE public.idx_endpoints_event_topics RENAME COLUMN event_signatures TO event_topics;

CREATE TABLE public.events (
  id               uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
  block_number     bigint NOT NULL,
  block_hash       varchar(66) NOT NULL,
  transaction_hash varchar(66) NOT NULL,
  log_index        integer NOT NULL,
  contract_address varchar(42) NOT NULL,
  topics           text[] NOT NULL,
  data             text NOT NULL,
  ingested_at      timestamptz DEFAULT now(),
  processed_at     timestamptz,
  UNIQUE (transaction_hash, log_index)
);
CREATE INDEX idx_events_block_number ON public.events (block_number DESC);
CREATE INDEX idx_events_contract_address ON public.events (contract_address);
CREATE INDEX idx_events_transaction_hash ON public.events (transaction_hash);
CREATE INDEX idx_events_ingested_at ON public.events (ingested_at DESC);

CREATE TABLE public.delivery_attempts (
  id               uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
  event_id         uuid NOT NULL REFERENCES public.events (id) ON DELETE CASCADE,
  endpoint_id      uuid NOT NULL REFERENCES public.endpoints (id) ON DELETE CASCADE,
  attempt_number   integer NOT NULL,
  http_status_code integer,
  response_body    text,
  error_message    text,
  attempted_at     timestamptz DEFAULT now(),
  completed_at     timestamptz,
  duration_ms      integer,
  success          boolean,
  should_retry     boolean DEFAULT false,
  next_retry_at    timestamptz
);
CREATE INDEX idx_delivery_attempts_event_id ON public.delivery_attempts (event_id);
CREATE INDEX idx_delivery_attempts_endpoint_id ON public.delivery_attempts (endpoint_id);
CREATE INDEX idx_delivery_attempts_next_retry_at ON public.delivery_attempts (next_retry_at)
  WHERE should_retry = true;
CREATE INDEX idx_delivery_attempts_attempted_at ON public.delivery_attempts (attempted_at DESC);

CREATE TABLE public.usage_records (
  id               uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
  user_id          uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
  month            date NOT NULL,
  events_delivered integer DEFAULT 0,
  webhooks_sent    integer DEFAULT 0,
  created_at       timestamptz DEFAULT now(),
  updated_at       timestamptz DEFAULT now(),
  UNIQUE (user_id, month)
);
CREATE INDEX idx_usage_records_user_month ON public.usage_records (user_id, month);

CREATE TABLE public.audit_logs (
  id            uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
  user_id       uuid REFERENCES public.users (id) ON DELETE SET NULL,
  action        varchar(255) NOT NULL,
  resource_type varchar(100),
  resource_id   uuid,
  metadata      jsonb,
  ip_address    inet,
  user_agent    text,
  created_at    timestamptz DEFAULT now()
);
CREATE INDEX idx_audit_logs_user_id ON public.audit_logs (user_id);
CREATE INDEX idx_audit_logs_created_at ON public.audit_logs (created_at DESC);

CREATE TABLE public.subscription_limits (
  tier                          varchar(50) PRIMARY KEY,
  max_events_per_month          integer,
  max_applications              integer,
  max_endpoints_per_application integer,
  max_requests_per_minute       integer,
  support_level                 varchar(50),
  price_usd                     numeric(10,2)
);
`;

// -1: without a limit.
const subscriptionLimitRows = `VALUES
  ('free',       10000,   1,  5,  60,   'community', 0.00),
  ('starter',    100000,  5,  20, 300,  'email',     9.00),
  ('pro',        1000000, 20, 100, 1000, 'priority', 49.00),
  ('enterprise', -1,      -1, -1, -1,   'dedicated', 499.00)`;

export const fillSubscriptionLimits = `INSERT INTO public.subscription_limits
  (tier, max_events_per_month, max_applications, max_endpoints_per_application, max_requests_per_minute,
   support_level, price_usd)
${subscriptionLimitRows}`;

/** The tables that hold anything that `up` would not put there again. */
export const listTablesWithData = `
  SELECT 'users' AS "table" WHERE EXISTS (SELECT FROM public.users)
  UNION ALL SELECT 'applications' WHERE EXISTS (SELECT FROM public.applications)
  UNION ALL SELECT 'endpoints' WHERE EXISTS (SELECT FROM public.endpoints)
  UNION ALL SELECT 'events' WHERE EXISTS (SELECT FROM public.events)
  UNION ALL SELECT 'delivery_attempts' WHERE EXISTS (SELECT FROM public.delivery_attempts)
  UNION ALL SELECT 'usage_records' WHERE EXISTS (SELECT FROM public.usage_records)
  UNION ALL SELECT 'audit_logs' WHERE EXISTS (SELECT FROM public.audit_logs)
  UNION ALL SELECT 'subscription_limits' WHERE EXISTS (
    (TABLE public.subscription_limits EXCEPT (${subscriptionLimitRows}))
    UNION ALL ((${subscriptionLimitRows}) EXCEPT TABLE public.subscription_limits))`;

const tables = `public.delivery_attempts, public.events, public.endpoints, public.applications,
  public.usage_records, public.audit_logs, public.users, public.subscription_limits`;

export const lockEthhookTables = `LOCK TABLE ${tables} IN ACCESS EXCLUSIVE MODE`;
// Without CASCADE: what depends on a table and is not known here keeps all of them.
// The extension stays: it may have been there before, and others may call its functions.
export const dropEthhookTables = `DROP TABLE ${tables}`;
