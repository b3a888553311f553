import {
  createEthhookSchema,
  fillSubscriptionLimits,
} from '../../src/migrations/baseline/ethhook-schema.sql.js';
import { withSession } from './session.js';

/** What distinguishes a production database from one that our baseline creates. */
const productionOnly = `
CREATE TABLE _sqlx_migrations (
  version        bigint PRIMARY KEY,
  description    text NOT NULL,
  installed_on   timestamptz NOT NULL DEFAULT now(),
  success        boolean NOT NULL,
  checksum       bytea NOT NULL,
  execution_time bigint NOT NULL
);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
VALUES (1, 'initial schema', true, sha384('1'), 12000000),
       (2, 'align schema with admin api', true, sha384('2'), 12000000),
       (3, 'add admin role', true, sha384('3'), 12000000);
CREATE INDEX idx_events_ingested_block ON events (ingested_at, block_number);
CREATE INDEX idx_delivery_attempts_success_duration ON delivery_attempts (success, duration_ms);`;

/** EthHook's schema as production has it, in an empty database. */
export const createOriginalSchema = (databaseUrl: string) =>
  withSession(databaseUrl, (query) =>
    query(`${createEthhookSchema}${fillSubscriptionLimits};${productionOnly}`),
  );
