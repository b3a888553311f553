/** What reads and writes rely on in one of EthHook's tables, in PostgreSQL's own notation. */
export interface ExpectedTable {
  /** Column → type, NOT NULL, DEFAULT. Columns with a default are nullable there, and stay so. */
  columns: Readonly<Record<string, string>>;
  primaryKey: string;
  uniqueKeys?: readonly string[];
  foreignKeys?: readonly string[];
  /** Definitions only: an index by another name serves as well. */
  indexes?: readonly string[];
}

const id = 'uuid NOT NULL DEFAULT uuid_generate_v4()';
const createdNow = 'timestamp with time zone DEFAULT now()';

export const expectedSchema: Readonly<Record<string, ExpectedTable>> = {
  users: {
    columns: {
      id,
      email: 'character varying(255) NOT NULL',
      password_hash: 'character varying(255) NOT NULL',
      full_name: 'character varying(255)',
      email_verified: 'boolean DEFAULT false',
      subscription_tier: "character varying(50) DEFAULT 'free'::character varying",
      subscription_status: "character varying(50) DEFAULT 'active'::character varying",
      stripe_customer_id: 'character varying(255)',
      api_key_hash: 'character varying(255)',
      created_at: createdNow,
      updated_at: createdNow,
      last_login_at: 'timestamp with time zone',
      name: 'character varying(255)',
      is_admin: 'boolean DEFAULT false',
    },
    primaryKey: '(id)',
    uniqueKeys: ['(email)', '(api_key_hash)'],
    indexes: ['btree (email)', 'btree (api_key_hash)', 'btree (is_admin) WHERE (is_admin = true)'],
  },
  applications: {
    columns: {
      id,
      user_id: 'uuid NOT NULL',
      name: 'character varying(255) NOT NULL',
      description: 'text',
      webhook_secret: 'character varying(64) NOT NULL',
      is_active: 'boolean DEFAULT true',
      created_at: createdNow,
      updated_at: createdNow,
      api_key: 'character varying(255)',
    },
    primaryKey: '(id)',
    uniqueKeys: ['(api_key) WHERE (api_key IS NOT NULL)'],
    foreignKeys: ['(user_id) → users(id) ON DELETE CASCADE'],
    indexes: ['btree (user_id)'],
  },
  endpoints: {
    columns: {
      id,
      application_id: 'uuid NOT NULL',
      name: 'character varying(255) NOT NULL',
      webhook_url: 'text NOT NULL',
      hmac_secret: 'character varying(64) NOT NULL',
      contract_addresses: 'text[]',
      event_signatures: 'text[]',
      rate_limit_per_second: 'integer DEFAULT 10',
      max_retries: 'integer DEFAULT 5',
      timeout_seconds: 'integer DEFAULT 30',
      is_active: 'boolean DEFAULT true',
      health_status: "character varying(50) DEFAULT 'healthy'::character varying",
      last_successful_delivery_at: 'timestamp with time zone',
      consecutive_failures: 'integer DEFAULT 0',
      created_at: createdNow,
      updated_at: createdNow,
      description: 'text',
      chain_ids: 'integer[]',
    },
    primaryKey: '(id)',
    foreignKeys: ['(application_id) → applications(id) ON DELETE CASCADE'],
    indexes: [
      'btree (application_id)',
      'btree (contract_addresses) WHERE (is_active = true)',
      'gin (event_signatures) WHERE (is_active = true)',
    ],
  },
  events: {
    columns: {
      id,
      block_number: 'bigint NOT NULL',
      block_hash: 'character varying(66) NOT NULL',
      transaction_hash: 'character varying(66) NOT NULL',
      log_index: 'integer NOT NULL',
      contract_address: 'character varying(42) NOT NULL',
      topics: 'text[] NOT NULL',
      data: 'text NOT NULL',
      ingested_at: createdNow,
      processed_at: 'timestamp with time zone',
    },
    primaryKey: '(id)',
    uniqueKeys: ['(transaction_hash, log_index)'],
    indexes: [
      'btree (block_number DESC)',
      'btree (contract_address)',
      'btree (transaction_hash)',
      'btree (ingested_at DESC)',
    ],
  },
  delivery_attempts: {
    columns: {
      id,
      event_id: 'uuid NOT NULL',
      endpoint_id: 'uuid NOT NULL',
      attempt_number: 'integer NOT NULL',
      http_status_code: 'integer',
      response_body: 'text',
      error_message: 'text',
      attempted_at: createdNow,
      completed_at: 'timestamp with time zone',
      duration_ms: 'integer',
      success: 'boolean',
      should_retry: 'boolean DEFAULT false',
      next_retry_at: 'timestamp with time zone',
    },
    primaryKey: '(id)',
    foreignKeys: [
      '(event_id) → events(id) ON DELETE CASCADE',
      '(endpoint_id) → endpoints(id) ON DELETE CASCADE',
    ],
    indexes: [
      'btree (event_id)',
      'btree (endpoint_id)',
      'btree (next_retry_at) WHERE (should_retry = true)',
      'btree (attempted_at DESC)',
    ],
  },
  usage_records: {
    columns: {
      id,
      user_id: 'uuid NOT NULL',
      month: 'date NOT NULL',
      events_delivered: 'integer DEFAULT 0',
      webhooks_sent: 'integer DEFAULT 0',
      created_at: createdNow,
      updated_at: createdNow,
    },
    primaryKey: '(id)',
    uniqueKeys: ['(user_id, month)'],
    foreignKeys: ['(user_id) → users(id) ON DELETE CASCADE'],
    indexes: ['btree (user_id, month)'],
  },
  audit_logs: {
    columns: {
      id,
      user_id: 'uuid',
      action: 'character varying(255) NOT NULL',
      resource_type: 'character varying(100)',
      resource_id: 'uuid',
      metadata: 'jsonb',
      ip_address: 'inet',
      user_agent: 'text',
      created_at: createdNow,
    },
    primaryKey: '(id)',
    foreignKeys: ['(user_id) → users(id) ON DELETE SET NULL'],
    indexes: ['btree (user_id)', 'btree (created_at DESC)'],
  },
  subscription_limits: {
    columns: {
      tier: 'character varying(50) NOT NULL',
      max_events_per_month: 'integer',
      max_applications: 'integer',
      max_endpoints_per_application: 'integer',
      max_requests_per_minute: 'integer',
      support_level: 'character varying(50)',
      price_usd: 'numeric(10,2)',
    },
    primaryKey: '(tier)',
  },
};
