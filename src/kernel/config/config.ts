import { z } from 'zod';
import { isCronExpression } from '../tasks/cron-schedule.js';
import { parseWindow } from '../tasks/maintenance-windows.js';
import { flag, urlWith } from './environment-values.js';
import { packageVersion } from './package-version.js';
import { toTracing, tracingEnvironment } from './tracing-environment.js';

export const APP_CONFIG = Symbol('APP_CONFIG');

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const percent = z
  .string()
  .refine((text) => Number(text) >= 0 && Number(text) <= 100, { message: 'must be a number from 0 to 100' })
  .transform(Number);
const commaList = (value: string) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** `name=cron; name=off`; null: off. Whether there are jobs of these names is known when the modules have registered theirs. */
const schedules = z
  .string()
  .transform((text) =>
    text
      .split(';')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
      .map((entry): [string, string | null] => {
        const [name = '', expression = ''] = entry.split(/=(.*)/s).map((part) => part.trim());
        return [name, expression === 'off' ? null : expression];
      }),
  )
  .refine(
    (entries) => entries.every(([name, cron]) => name !== '' && (cron === null || isCronExpression(cron))),
    {
      message:
        'must be a list such as `vacuum=0 2 * * *; rebuild-bloated=off`, with cron expressions of five or six fields',
    },
  )
  .transform((entries): Readonly<Record<string, string | null>> => Object.fromEntries(entries));
const windows = z
  .string()
  .transform(commaList)
  .refine((texts) => texts.every((text) => parseWindow(text) !== null), {
    message: 'must be a list such as `daily 01:00-05:00, sat-sun 22:00-08:00`',
  });
const timeZone = z.string().refine(isTimeZone, { message: 'must be a time zone such as Europe/Berlin' });

const postgresUrl = urlWith('postgres:', 'postgresql:');

/** Every environment variable that the server reads. Times are in the unit of the name. */
const environmentSchema = z.object({
  HOST: z.string().min(1).optional(),
  PORT: integer(0, 65_535).default(3000),
  DATABASE_URL: postgresUrl.optional(),
  // PostgreSQL itself, where DATABASE_URL is a pooler: for what needs a session of its own.
  DATABASE_DIRECT_URL: postgresUrl.optional(),
  DATABASE_POOLER: z.enum(['none', 'transaction']).default('none'),
  DATABASE_REPLICA_URLS: z.string().default('').transform(commaList).pipe(z.array(postgresUrl).max(16)),
  DATABASE_REPLICA_MAX_LAG_MS: integer(500, 600_000).default(2000),
  REDIS_URL: urlWith('redis:', 'rediss:').optional(),
  // 16 and not 32: a secret that the old API already signs with must go on working.
  JWT_SECRET: z.string().min(16).optional(),
  JWT_EXPIRATION_HOURS: integer(1, 24 * 366).default(24),
  CACHE_TTL_SECONDS: integer(0, 3600).default(30),
  CACHE_STALE_SECONDS: integer(0, 3600).default(30),
  CACHE_MEMORY_MB: integer(1, 4096).default(64),
  // What is deployed, for the time line of changes.
  APP_VERSION: z.string().max(100).optional(),
  APP_COMMIT: z.string().max(100).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  LOG_FORMAT: z.enum(['json', 'pretty']).default('json'),
  ...tracingEnvironment,
  CORS_ALLOWED_ORIGINS: z.string().default('*').transform(commaList),
  // Number of trusted reverse proxies: decides which address of X-Forwarded-For the login limit counts.
  TRUST_PROXY_HOPS: integer(0, 10).default(0),
  BODY_LIMIT_BYTES: integer(1024, 16 * 1024 * 1024).default(256 * 1024),
  SHUTDOWN_TIMEOUT_MS: integer(100, 300_000).default(10_000),
  DATABASE_POOL_MAX: integer(1, 1000).default(50),
  DATABASE_POOL_MIN: integer(0, 1000).default(10),
  DATABASE_WRITE_POOL_MAX: integer(1, 1000).default(10),
  DATABASE_WRITE_POOL_MIN: integer(0, 1000).default(2),
  DATABASE_QUEUE_MAX: integer(0, 100_000).default(200),
  DATABASE_ACQUIRE_TIMEOUT_MS: integer(100, 60_000).default(3000),
  DATABASE_IDLE_TIMEOUT_SECONDS: integer(1, 86_400).default(600),
  DATABASE_MAX_LIFETIME_SECONDS: integer(1, 86_400).default(1800),
  DATABASE_START_TIMEOUT_SECONDS: integer(0, 3600).default(30),
  STATEMENT_TIMEOUT_INTERACTIVE_MS: integer(100, 600_000).default(15_000),
  STATEMENT_TIMEOUT_BACKGROUND_MS: integer(100, 86_400_000).default(300_000),
  LOGIN_MAX_FAILURES: integer(1, 1000).default(10),
  LOGIN_WINDOW_SECONDS: integer(1, 86_400).default(900),
  // Requests within the window; 0 is no limit.
  RATE_LIMIT_WINDOW_SECONDS: integer(1, 3600).default(10),
  RATE_LIMIT_PER_TENANT: integer(0, 1_000_000).default(600),
  RATE_LIMIT_PER_ADDRESS: integer(0, 1_000_000).default(3000),
  MAX_REQUESTS_IN_FLIGHT: integer(1, 100_000).default(150),
  MAX_EVENT_LOOP_DELAY_MS: integer(20, 60_000).default(60),
  WEBHOOK_ALLOW_PRIVATE: flag.default(false),
  STATISTICS_READS: z.enum(['live', 'original']).default('live'),
  STATISTICS_SHADOW_PERCENT: percent.default(0),
  FOLD_ENABLED: flag.default(true),
  FOLD_INTERVAL_MS: integer(50, 60_000).default(250),
  FOLD_MAX_TAIL_ROWS: integer(100, 1_000_000).default(5000),
  AUDIT_INTERVAL_SECONDS: integer(0, 86_400).default(60),
  MAINTENANCE_ENABLED: flag.default(true),
  MAINTENANCE_SCHEDULES: schedules.default({}),
  MAINTENANCE_WINDOWS: windows.default([]),
  MAINTENANCE_TIME_ZONE: timeZone.default('UTC'),
  MAINTENANCE_MAX_REPLICATION_LAG_BYTES: integer(0, 2 ** 50).default(64 * 1024 * 1024),
  MAINTENANCE_MAX_TRANSACTION_SECONDS: integer(1, 86_400).default(300),
  MAINTENANCE_MAX_ACTIVE_BACKENDS: integer(1, 10_000).default(32),
  MAINTENANCE_MAX_PROBE_MS: integer(10, 60_000).default(500),
  MAINTENANCE_MIN_FREE_DISK_BYTES: integer(0, 2 ** 50).default(1024 ** 3),
  // Of the database's machine, where it cannot be seen or is not the database's own.
  MAINTENANCE_DATABASE_RAM_BYTES: integer(256 * 1024 * 1024, Number.MAX_SAFE_INTEGER).optional(),
  MAINTENANCE_DATABASE_CPUS: integer(1, 4096).optional(),
  MAINTENANCE_STORAGE: z.enum(['ssd', 'hdd']).optional(),
  MAINTENANCE_INSTANCES: integer(1, 1000).default(1),
  MAINTENANCE_PG_REPACK: z.string().min(1).optional(),
  MAINTENANCE_VACUUM_FULL: flag.default(false),
  MAINTENANCE_VACUUM_FULL_MAX_SECONDS: integer(1, 86_400).default(60),
  // 35: windows of 30 days stay exact to the microsecond, with some days for late retries.
  RETENTION_DAYS: integer(0, 36_500)
    .default(0)
    .refine((days) => days === 0 || days >= 35, { message: 'must be 0 (off) or at least 35' }),
  // Node's client takes no password in a URL: the signature is what proves the sender.
  ALERT_WEBHOOK_URL: urlWith('https:', 'http:')
    .refine((text) => !hasCredentials(text), { message: 'must not contain a user or a password' })
    .optional(),
  ALERT_WEBHOOK_SECRET: z.string().min(16).optional(),
  ALERT_MIN_SEVERITY: z.enum(['info', 'warning', 'critical']).default('warning'),
  DATA_DIR: z.string().min(1).default('.data'),
  DEMO_EVENTS: integer(0, 10_000_000).default(200_000),
});

/** Lists every bad variable by name and rule; values never appear, they may be secrets. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(`Configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** Reads and checks the environment; throws ConfigError with all bad variables at once. */
export function loadConfig(environment: NodeJS.ProcessEnv) {
  // An empty variable is what `VAR=` in a shell or a compose file means: not set.
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(present);
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => `${String(issue.path[0])}: ${safeMessage(issue)}`),
    ...contradictions(present, parsed.data),
  ];
  if (parsed.data === undefined || problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(toConfig(parsed.data));
}

type Environment = z.infer<typeof environmentSchema>;

// Rules between variables; they look at what was set, so that they are told beside any other problem.
function contradictions(present: NodeJS.ProcessEnv, env: Environment | undefined): string[] {
  const problems: string[] = [];
  if (present['DATABASE_URL'] !== undefined && present['JWT_SECRET'] === undefined)
    problems.push('JWT_SECRET: is required when DATABASE_URL is set');
  if (env && env.DATABASE_POOL_MIN > env.DATABASE_POOL_MAX)
    problems.push('DATABASE_POOL_MIN: must not be greater than DATABASE_POOL_MAX');
  if (env && env.DATABASE_WRITE_POOL_MIN > env.DATABASE_WRITE_POOL_MAX)
    problems.push('DATABASE_WRITE_POOL_MIN: must not be greater than DATABASE_WRITE_POOL_MAX');
  if (env?.DATABASE_POOLER === 'transaction' && env.DATABASE_DIRECT_URL === undefined)
    problems.push('DATABASE_DIRECT_URL: is required when DATABASE_POOLER is transaction');
  if (present['ALERT_WEBHOOK_URL'] !== undefined && present['ALERT_WEBHOOK_SECRET'] === undefined)
    problems.push('ALERT_WEBHOOK_SECRET: is required when ALERT_WEBHOOK_URL is set');
  return problems;
}

function toConfig(env: Environment) {
  const embedded = env.DATABASE_URL === undefined;
  return {
    http: {
      // The embedded demo has well-known logins, so it stays on this machine unless told otherwise.
      host: env.HOST ?? (embedded ? '127.0.0.1' : '0.0.0.0'),
      port: env.PORT,
      corsAllowedOrigins: env.CORS_ALLOWED_ORIGINS,
      trustProxyHops: env.TRUST_PROXY_HOPS,
      bodyLimitBytes: env.BODY_LIMIT_BYTES,
      shutdownTimeoutMs: env.SHUTDOWN_TIMEOUT_MS,
    },
    database: {
      url: env.DATABASE_URL,
      /** Where sessions that hold locks connect: past a pooler in transaction mode. */
      directUrl: env.DATABASE_DIRECT_URL,
      pooler: env.DATABASE_POOLER,
      replicaUrls: env.DATABASE_REPLICA_URLS,
      /** A replica that is further behind is not read from. */
      replicaMaxLagMs: env.DATABASE_REPLICA_MAX_LAG_MS,
      poolMax: env.DATABASE_POOL_MAX,
      poolMin: env.DATABASE_POOL_MIN,
      writePoolMax: env.DATABASE_WRITE_POOL_MAX,
      writePoolMin: env.DATABASE_WRITE_POOL_MIN,
      /** Requests that wait for a connection of a pool; more are refused at once. */
      queueMax: env.DATABASE_QUEUE_MAX,
      acquireTimeoutMs: env.DATABASE_ACQUIRE_TIMEOUT_MS,
      idleTimeoutSeconds: env.DATABASE_IDLE_TIMEOUT_SECONDS,
      maxLifetimeSeconds: env.DATABASE_MAX_LIFETIME_SECONDS,
      startTimeoutSeconds: env.DATABASE_START_TIMEOUT_SECONDS,
      statementTimeoutMs: {
        interactive: env.STATEMENT_TIMEOUT_INTERACTIVE_MS,
        background: env.STATEMENT_TIMEOUT_BACKGROUND_MS,
        maintenance: 0,
      },
    },
    redis: { url: env.REDIS_URL },
    cache: {
      /** 0: nothing is kept. */
      freshMs: env.CACHE_TTL_SECONDS * 1000,
      staleMs: env.CACHE_STALE_SECONDS * 1000,
      memoryBytes: env.CACHE_MEMORY_MB * 2 ** 20,
    },
    auth: {
      jwtSecret: env.JWT_SECRET,
      jwtExpirationHours: env.JWT_EXPIRATION_HOURS,
      loginMaxFailures: env.LOGIN_MAX_FAILURES,
      loginWindowSeconds: env.LOGIN_WINDOW_SECONDS,
    },
    protection: {
      rateWindowSeconds: env.RATE_LIMIT_WINDOW_SECONDS,
      /** Requests of a tenant, and of an address, within the window; 0: as many as they like. */
      perTenant: env.RATE_LIMIT_PER_TENANT,
      perAddress: env.RATE_LIMIT_PER_ADDRESS,
      maxInFlight: env.MAX_REQUESTS_IN_FLIGHT,
      maxEventLoopDelayMs: env.MAX_EVENT_LOOP_DELAY_MS,
    },
    /** allowPrivate: webhooks may go to addresses of a private network and of this machine. */
    webhooks: { allowPrivate: env.WEBHOOK_ALLOW_PRIVATE },
    statistics: {
      reads: env.STATISTICS_READS,
      shadowPercent: env.STATISTICS_SHADOW_PERCENT,
      foldEnabled: env.FOLD_ENABLED,
      /** The shortest pause between two folds. */
      foldIntervalMs: env.FOLD_INTERVAL_MS,
      /** A read with more unfolded rows is answered of the last fold. */
      maxTailRows: env.FOLD_MAX_TAIL_ROWS,
      /** 0: no audit. */
      auditIntervalSeconds: env.AUDIT_INTERVAL_SECONDS,
    },
    maintenance: {
      /** false: this instance runs nothing by schedule. */
      enabled: env.MAINTENANCE_ENABLED,
      /** By a job's name; null: off. */
      schedules: env.MAINTENANCE_SCHEDULES,
      /** Of heavy jobs; none: they may always run. */
      windows: env.MAINTENANCE_WINDOWS,
      timeZone: env.MAINTENANCE_TIME_ZONE,
      /** Beyond these no heavy run begins, and those that run are stopped. */
      limits: {
        replicationLagBytes: env.MAINTENANCE_MAX_REPLICATION_LAG_BYTES,
        transactionSeconds: env.MAINTENANCE_MAX_TRANSACTION_SECONDS,
        activeBackends: env.MAINTENANCE_MAX_ACTIVE_BACKENDS,
        probeMs: env.MAINTENANCE_MAX_PROBE_MS,
        freeDiskBytes: env.MAINTENANCE_MIN_FREE_DISK_BYTES,
      },
      /** The client program of pg_repack, which may be run; undefined: not. */
      pgRepack: env.MAINTENANCE_PG_REPACK,
      /** Readers and writers of a table wait while VACUUM FULL rewrites it: off, or for so long at most. */
      vacuumFull: env.MAINTENANCE_VACUUM_FULL,
      vacuumFullMaxSeconds: env.MAINTENANCE_VACUUM_FULL_MAX_SECONDS,
      /** Attempts and events older than this are removed; 0: none. */
      retentionDays: env.RETENTION_DAYS,
    },
    advisor: {
      ramBytes: env.MAINTENANCE_DATABASE_RAM_BYTES,
      cpus: env.MAINTENANCE_DATABASE_CPUS,
      storage: env.MAINTENANCE_STORAGE,
      /** Of this server, each with its pool. */
      instances: env.MAINTENANCE_INSTANCES,
    },
    alerts: {
      /** Where findings are told; null: nowhere. */
      webhook:
        env.ALERT_WEBHOOK_URL === undefined || env.ALERT_WEBHOOK_SECRET === undefined
          ? null
          : { url: env.ALERT_WEBHOOK_URL, secret: env.ALERT_WEBHOOK_SECRET },
      minSeverity: env.ALERT_MIN_SEVERITY,
    },
    build: { version: env.APP_VERSION ?? packageVersion(), commit: env.APP_COMMIT },
    log: { level: env.LOG_LEVEL, format: env.LOG_FORMAT },
    tracing: toTracing(env),
    embedded: { dataDir: env.DATA_DIR, demoEvents: env.DEMO_EVENTS },
  };
}

type LoadedConfig = ReturnType<typeof toConfig>;
/** The running server's configuration: database and signing secret are known by then. */
export type AppConfig = LoadedConfig & { database: { url: string }; auth: { jwtSecret: string } };

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function hasCredentials(text: string): boolean {
  try {
    const { username, password } = new URL(text);
    return username !== '' || password !== '';
  } catch {
    return false;
  }
}

// zod puts the received value into the message of some issues; only the rule is said here.
function safeMessage(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  if (issue.code === 'too_small') return `must be at least ${issue.minimum} ${unitOf(issue.origin)}`.trim();
  if (issue.code === 'too_big') return `must be at most ${issue.maximum} ${unitOf(issue.origin)}`.trim();
  if (issue.code === 'custom') return issue.message;
  return 'must be a whole number';
}

const unitOf = (origin: string) => (origin === 'string' ? 'characters' : origin === 'array' ? 'items' : '');

function deepFreeze<T extends object>(value: T): T {
  for (const child of Object.values(value))
    if (typeof child === 'object' && child !== null) deepFreeze(child as object);
  return Object.freeze(value);
}
