import type { PlannedApplication, PlannedEndpoint, PlannedUser } from './planned-accounts.js';
import { chains } from './chains.js';
import type { CopyRows } from './copy-rows.js';
import type { DemoPlan } from './demo-plan.js';
import { eventShapes } from './event-shapes.js';

/** A table's columns and the writer of its rows. */
export interface CopyTable {
  name: string;
  columns: string;
  write(rows: CopyRows): void;
}

const userColumns =
  'id, email, password_hash, full_name, name, email_verified, subscription_tier, subscription_status, created_at, ' +
  'updated_at, last_login_at, is_admin';
const applicationColumns =
  'id, user_id, name, description, webhook_secret, api_key, is_active, created_at, updated_at';
const endpointColumns =
  'id, application_id, name, webhook_url, description, hmac_secret, chain_ids, contract_addresses, event_signatures, ' +
  'rate_limit_per_second, max_retries, timeout_seconds, is_active, created_at, updated_at';

/** The tables that the big two refer to, in the order their foreign keys need. */
export function accountTables({ accounts }: DemoPlan, passwordHash: string): CopyTable[] {
  const { users, applications, endpoints } = accounts;
  return [
    {
      name: 'users',
      columns: userColumns,
      write: (rows) => users.forEach((user) => writeUser(rows, user, passwordHash)),
    },
    {
      name: 'applications',
      columns: applicationColumns,
      write: (rows) =>
        applications.forEach((each) => writeApplication(rows, each, users[each.userIndex] as PlannedUser)),
    },
    {
      name: 'endpoints',
      columns: endpointColumns,
      write: (rows) =>
        endpoints.forEach((each) =>
          writeEndpoint(rows, each, applications[each.applicationIndex] as PlannedApplication),
        ),
    },
  ];
}

function writeUser(rows: CopyRows, user: PlannedUser, passwordHash: string): void {
  rows.beginRow(12);
  rows.uuid(user.id);
  rows.text(user.email);
  rows.text(passwordHash);
  rows.text(user.fullName);
  rows.text(user.name);
  rows.boolean(true);
  rows.text(user.tier);
  rows.text('active');
  rows.timestamp(user.createdAtUs);
  rows.timestamp(user.lastLoginAtUs ?? user.createdAtUs);
  rows.timestamp(user.lastLoginAtUs);
  rows.boolean(user.isAdmin);
}

function writeApplication(rows: CopyRows, application: PlannedApplication, user: PlannedUser): void {
  rows.beginRow(9);
  rows.uuid(application.id);
  rows.uuid(user.id);
  rows.text(application.name);
  rows.text(application.description);
  rows.text(application.webhookSecret);
  rows.text(application.apiKey);
  rows.boolean(true);
  rows.timestamp(application.createdAtUs);
  rows.timestamp(application.createdAtUs);
}

function writeEndpoint(rows: CopyRows, endpoint: PlannedEndpoint, application: PlannedApplication): void {
  const signature = endpoint.shapeIndex === null ? [] : [eventShapes[endpoint.shapeIndex]?.topic0 as string];
  rows.beginRow(15);
  rows.uuid(endpoint.id);
  rows.uuid(application.id);
  rows.text(endpoint.name);
  rows.text(endpoint.webhookUrl);
  rows.text(endpoint.description);
  rows.text(endpoint.hmacSecret);
  rows.integerArray(endpoint.chainIndexes.map((index) => chains[index]?.id as number));
  rows.textArray(endpoint.contracts);
  rows.textArray(signature);
  rows.integer(endpoint.rateLimitPerSecond);
  rows.integer(endpoint.maxRetries);
  rows.integer(endpoint.timeoutSeconds);
  rows.boolean(endpoint.deactivatedAtUs === null);
  rows.timestamp(endpoint.createdAtUs);
  rows.timestamp(endpoint.deactivatedAtUs ?? endpoint.createdAtUs);
}
