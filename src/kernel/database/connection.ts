import pg from 'pg';
import type { AppConfig } from '../config/config.js';

const TIMESTAMPTZ = 1184;

/**
 * timestamptz as RFC 3339 in UTC with its microseconds, as the old API wrote it; a JS Date would lose them.
 * The sessions run in UTC, so PostgreSQL writes `2026-01-02 03:04:05.123456+00`.
 */
export const toRfc3339 = (text: string) =>
  text === 'infinity' || text === '-infinity' ? text : `${text.replace(' ', 'T').replace(/\+00$/, '')}Z`;

export const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === TIMESTAMPTZ && format !== 'binary' ? toRfc3339 : (pg.types.getTypeParser(oid, format) as never),
};

// jit: compiling costs some 10 ms on nearly every short query. plan_cache_mode: planning a live read takes 8 ms, running it
// 1 ms, and all of them are written so that one plan is right for every tenant.
export const sessionSettings = {
  jit: 'off',
  plan_cache_mode: 'force_generic_plan',
  TimeZone: 'UTC',
  DateStyle: 'ISO,MDY',
  IntervalStyle: 'iso_8601',
} as const;

/** They as a start-up option. */
export const sessionOptions = Object.entries(sessionSettings)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');

// A transaction that the server lost track of must not hold locks and xmin for ever.
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

/** Driver options of connections that are PostgreSQL's own, also where there is a pooler: for work that needs a session. */
export function connectionOptions(config: AppConfig, applicationName: string) {
  return {
    connectionString: config.database.directUrl ?? config.database.url,
    application_name: applicationName,
    statement_timeout: config.database.statementTimeoutMs.interactive,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    options: sessionOptions,
    keepAlive: true,
    types,
  } satisfies pg.ClientConfig;
}

/** Driver options of the pools' connections. A pooler refuses start-up parameters that it does not know. */
export function pooledConnectionOptions(config: AppConfig, applicationName: string): pg.ClientConfig {
  const options = { ...connectionOptions(config, applicationName), connectionString: config.database.url };
  if (config.database.pooler === 'none') return options;
  const { statement_timeout: _1, idle_in_transaction_session_timeout: _2, options: _3, ...rest } = options;
  return rest;
}

/** The plan's pool: bounded wait, warm minimum, rotation. */
export function poolOptions({ database }: AppConfig) {
  return {
    max: database.poolMax,
    min: database.poolMin,
    connectionTimeoutMillis: database.acquireTimeoutMs,
    idleTimeoutMillis: database.idleTimeoutSeconds * 1000,
    maxLifetimeSeconds: database.maxLifetimeSeconds,
  } satisfies pg.PoolConfig;
}
