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
export const sessionSettings =
  '-c jit=off -c plan_cache_mode=force_generic_plan -c TimeZone=UTC -c DateStyle=ISO,MDY -c IntervalStyle=iso_8601';

/** Driver options of every connection that the server opens; what is not the pool's own. */
export function connectionOptions(config: AppConfig, applicationName: string) {
  return {
    connectionString: config.database.url,
    application_name: applicationName,
    statement_timeout: config.database.statementTimeoutMs.interactive,
    // A transaction that the server lost track of must not hold locks and xmin for ever.
    idle_in_transaction_session_timeout: 60_000,
    options: sessionSettings,
    keepAlive: true,
    types,
  } satisfies pg.ClientConfig;
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
