import { seedDemoData, type DemoDataSummary } from '../src/demo/seed.js';
import {
  createEthhookSchema,
  fillSubscriptionLimits,
} from '../src/migrations/baseline/ethhook-schema.sql.js';
import { withQuery } from './throwaway-server.js';

// sqlx's ledger marks the tables as EthHook's own; the two indexes are production's alone.
const productionsOwn = `
CREATE TABLE _sqlx_migrations (
  version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
  success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
VALUES (1, 'initial schema', true, '', 0), (2, 'align schema with admin api', true, '', 0),
       (3, 'add admin role', true, '', 0);
CREATE INDEX idx_events_ingested_block ON events (ingested_at, block_number);
CREATE INDEX idx_delivery_attempts_success_duration ON delivery_attempts (success, duration_ms);`;

/** Makes of an empty database what EthHook's production looks like before the first migration, with demo data. */
export async function createOriginalDatabase(url: string, events: number): Promise<DemoDataSummary> {
  await withQuery(url, async (query) => {
    await query(createEthhookSchema);
    await query(fillSubscriptionLimits);
    await query(productionsOwn);
  });
  return seedDemoData(url, {
    events,
    users: 20,
    days: 5,
    seed: 1,
    until: new Date(),
    emailDomain: 'original.example.com',
    password: 'unused password',
  });
}
