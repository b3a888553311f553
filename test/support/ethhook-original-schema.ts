import { createHash } from 'node:crypto';

type Query = (text: string, values?: readonly unknown[]) => Promise<unknown>;

export interface OriginalSchemaOptions {
  /** The ledger that sqlx keeps; without it: someone ran the files by hand. */
  sqlxLedger?: boolean;
  /** The two indexes that only the production database got. */
  productionIndexes?: boolean;
}

/** Takes an empty database through EthHook's own three steps: what a production database looks like before us. */
export async function createOriginalSchema(
  query: Query,
  { sqlxLedger = true, productionIndexes = true }: OriginalSchemaOptions = {},
): Promise<void> {
  if (sqlxLedger) await query(sqlxLedgerTable);
  for (const [index, { description, statements }] of steps.entries()) {
    await query(statements.join(';\n'));
    if (sqlxLedger)
      await query(
        `INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES ($1, $2, true, $3, 12000000)`,
        [index + 1, description, createHash('sha384').update(statements.join()).digest()],
      );
  }
  if (productionIndexes) await query(productionOnly.join(';\n'));
}

const key = 'id UUID DEFAULT uuid_generate_v4() PRIMARY KEY';
const stamps = 'created_at TIMESTAMPTZ DEFAULT now(), updated_at TIMESTAMPTZ DEFAULT now()';

const initial = [
  'CREATE EXTENSION IF NOT EXISTS "uuid-ossp"',
  `CREATE TABLE users (${key}, email VARCHAR(255) NOT NULL UNIQUE, password_hash VARCHAR(255) NOT NULL,
     full_name VARCHAR(255), email_verified BOOLEAN DEFAULT false, subscription_tier VARCHAR(50) DEFAULT 'free',
     subscription_status VARCHAR(50) DEFAULT 'active', stripe_customer_id VARCHAR(255),
     api_key_hash VARCHAR(255) UNIQUE, ${stamps}, last_login_at TIMESTAMPTZ)`,
  `CREATE TABLE applications (${key}, user_id UUID NOT NULL REFERENCES users ON DELETE CASCADE,
     name VARCHAR(255) NOT NULL, description TEXT, webhook_secret VARCHAR(64) NOT NULL,
     is_active BOOLEAN DEFAULT true, ${stamps})`,
  `CREATE TABLE endpoints (${key}, application_id UUID NOT NULL REFERENCES applications ON DELETE CASCADE,
     name VARCHAR(255) NOT NULL, url TEXT NOT NULL, hmac_secret VARCHAR(64) NOT NULL,
     contract_address VARCHAR(42), event_topics TEXT[], rate_limit_per_second INTEGER DEFAULT 10,
     max_retries INTEGER DEFAULT 5, timeout_seconds INTEGER DEFAULT 30, is_active BOOLEAN DEFAULT true,
     health_status VARCHAR(50) DEFAULT 'healthy', last_successful_delivery_at TIMESTAMPTZ,
     consecutive_failures INTEGER DEFAULT 0, ${stamps})`,
  `CREATE TABLE events (${key}, block_number BIGINT NOT NULL, block_hash VARCHAR(66) NOT NULL,
     transaction_hash VARCHAR(66) NOT NULL, log_index INTEGER NOT NULL, contract_address VARCHAR(42) NOT NULL,
     topics TEXT[] NOT NULL, data TEXT NOT NULL, ingested_at TIMESTAMPTZ DEFAULT now(),
     processed_at TIMESTAMPTZ, UNIQUE (transaction_hash, log_index))`,
  `CREATE TABLE delivery_attempts (${key}, event_id UUID NOT NULL REFERENCES events ON DELETE CASCADE,
     endpoint_id UUID NOT NULL REFERENCES endpoints ON DELETE CASCADE, attempt_number INTEGER NOT NULL,
     http_status_code INTEGER, response_body TEXT, error_message TEXT, attempted_at TIMESTAMPTZ DEFAULT now(),
     completed_at TIMESTAMPTZ, duration_ms INTEGER, success BOOLEAN, should_retry BOOLEAN DEFAULT false,
     next_retry_at TIMESTAMPTZ)`,
  `CREATE TABLE usage_records (${key}, user_id UUID NOT NULL REFERENCES users ON DELETE CASCADE,
     month DATE NOT NULL, events_delivered INTEGER DEFAULT 0, webhooks_sent INTEGER DEFAULT 0, ${stamps},
     UNIQUE (user_id, month))`,
  `CREATE TABLE audit_logs (${key}, user_id UUID REFERENCES users ON DELETE SET NULL,
     action VARCHAR(255) NOT NULL, resource_type VARCHAR(100), resource_id UUID, metadata JSONB,
     ip_address INET, user_agent TEXT, created_at TIMESTAMPTZ DEFAULT now())`,
  `CREATE TABLE subscription_limits (tier VARCHAR(50) PRIMARY KEY, max_events_per_month INTEGER,
     max_applications INTEGER, max_endpoints_per_application INTEGER, max_requests_per_minute INTEGER,
     support_level VARCHAR(50), price_usd NUMERIC(10, 2))`,
  'CREATE INDEX idx_users_email ON users (email)',
  'CREATE INDEX idx_users_api_key_hash ON users (api_key_hash)',
  'CREATE INDEX idx_applications_user_id ON applications (user_id)',
  'CREATE INDEX idx_endpoints_application_id ON endpoints (application_id)',
  'CREATE INDEX idx_endpoints_contract_address ON endpoints (contract_address) WHERE is_active = true',
  'CREATE INDEX idx_endpoints_event_topics ON endpoints USING GIN (event_topics) WHERE is_active = true',
  'CREATE INDEX idx_events_block_number ON events (block_number DESC)',
  'CREATE INDEX idx_events_contract_address ON events (contract_address)',
  'CREATE INDEX idx_events_transaction_hash ON events (transaction_hash)',
  'CREATE INDEX idx_events_ingested_at ON events (ingested_at DESC)',
  'CREATE INDEX idx_delivery_attempts_event_id ON delivery_attempts (event_id)',
  'CREATE INDEX idx_delivery_attempts_endpoint_id ON delivery_attempts (endpoint_id)',
  'CREATE INDEX idx_delivery_attempts_next_retry_at ON delivery_attempts (next_retry_at) WHERE should_retry = true',
  'CREATE INDEX idx_delivery_attempts_attempted_at ON delivery_attempts (attempted_at DESC)',
  'CREATE INDEX idx_usage_records_user_month ON usage_records (user_id, month)',
  'CREATE INDEX idx_audit_logs_user_id ON audit_logs (user_id)',
  'CREATE INDEX idx_audit_logs_created_at ON audit_logs (created_at DESC)',
  `INSERT INTO subscription_limits VALUES ('free', 10000, 1, 5, 60, 'community', 0),
     ('starter', 100000, 5, 20, 300, 'email', 9), ('pro', 1000000, 20, 100, 1000, 'priority', 49),
     ('enterprise', -1, -1, -1, -1, 'dedicated', 499)`,
];

const alignment = [
  'ALTER TABLE users ADD COLUMN name VARCHAR(255)',
  'UPDATE users SET name = full_name',
  'ALTER TABLE applications ADD COLUMN api_key VARCHAR(255)',
  'CREATE UNIQUE INDEX idx_applications_api_key ON applications (api_key) WHERE api_key IS NOT NULL',
  'ALTER TABLE endpoints RENAME COLUMN url TO webhook_url',
  'ALTER TABLE endpoints ADD COLUMN description TEXT, ADD COLUMN chain_ids INTEGER[]',
  'ALTER TABLE endpoints RENAME COLUMN contract_address TO contract_addresses',
  'ALTER TABLE endpoints ALTER COLUMN contract_addresses TYPE TEXT[] USING ARRAY[contract_addresses]',
  'ALTER TABLE endpoints RENAME COLUMN event_topics TO event_signatures',
];

const adminRole = [
  'ALTER TABLE users ADD COLUMN is_admin BOOLEAN DEFAULT false',
  'CREATE INDEX idx_users_is_admin ON users (is_admin) WHERE is_admin = true',
];

const steps = [
  { description: 'initial schema', statements: initial },
  { description: 'align schema with admin api', statements: alignment },
  { description: 'add admin role', statements: adminRole },
];

const productionOnly = [
  'CREATE INDEX idx_events_ingested_block ON events (ingested_at, block_number)',
  'CREATE INDEX idx_delivery_attempts_success_duration ON delivery_attempts (success, duration_ms)',
];

const sqlxLedgerTable = `CREATE TABLE _sqlx_migrations (
  version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
  success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL)`;
