import { ConfigError, loadConfig } from './config.js';

const problemsOf = (environment: NodeJS.ProcessEnv): readonly string[] => {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

describe('loadConfig', () => {
  it("has the plan's pool as its defaults and needs nothing for the embedded demo", () => {
    expect(loadConfig({})).toMatchObject({
      http: { host: '127.0.0.1', port: 3000 },
      database: {
        url: undefined,
        poolMax: 50,
        poolMin: 10,
        acquireTimeoutMs: 3000,
        idleTimeoutSeconds: 600,
        maxLifetimeSeconds: 1800,
      },
    });
  });

  it('listens on all addresses with a real database', () => {
    const config = loadConfig({ DATABASE_URL: 'postgresql://db/ethhook', JWT_SECRET: 'x'.repeat(16) });
    expect(config.http.host).toBe('0.0.0.0');
  });

  it('removes nothing by default, and nothing of the last 35 days', () => {
    expect(loadConfig({}).maintenance.retentionDays).toBe(0);
    expect(loadConfig({ RETENTION_DAYS: '35' }).maintenance.retentionDays).toBe(35);
    expect(problemsOf({ RETENTION_DAYS: '34' })).toEqual(['RETENTION_DAYS: must be 0 (off) or at least 35']);
  });

  it('tells nobody by default, and signs what it tells', () => {
    expect(loadConfig({}).alerts).toEqual({ webhook: null, minSeverity: 'warning' });
    const webhook = { ALERT_WEBHOOK_URL: 'https://a.example.com/b', ALERT_WEBHOOK_SECRET: 'x'.repeat(16) };
    expect(loadConfig(webhook).alerts.webhook).toEqual({
      url: webhook.ALERT_WEBHOOK_URL,
      secret: webhook.ALERT_WEBHOOK_SECRET,
    });
    const { ALERT_WEBHOOK_URL } = webhook;
    expect(problemsOf({ ALERT_WEBHOOK_URL })).toEqual([
      'ALERT_WEBHOOK_SECRET: is required when ALERT_WEBHOOK_URL is set',
    ]);
    expect(problemsOf({ ...webhook, ALERT_WEBHOOK_URL: 'https://me:hunter2@a.example.com' })).toEqual([
      'ALERT_WEBHOOK_URL: must not contain a user or a password',
    ]);
    expect(problemsOf({ ...webhook, ALERT_WEBHOOK_URL: 'file:///etc/passwd' })).toHaveLength(1);
  });

  it('lists all bad variables by name and none by value', () => {
    const problems = problemsOf({
      PORT: 'hunter1',
      DATABASE_URL: 'mysql://hunter2',
      REDIS_URL: 'hunter3',
      JWT_SECRET: 'hunter4',
      LOG_LEVEL: 'hunter5',
      DATABASE_POOL_MAX: '0',
      DATABASE_REPLICA_URLS: 'postgres://ok/db,hunter6',
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'PORT',
      'DATABASE_URL',
      'DATABASE_REPLICA_URLS',
      'REDIS_URL',
      'JWT_SECRET',
      'LOG_LEVEL',
      'DATABASE_POOL_MAX',
    ]);
    expect(problems.join()).not.toContain('hunter');
  });

  it('refuses a URL that the driver could not decode', () => {
    expect(problemsOf({ DATABASE_URL: 'postgres://u:%zz@db/ethhook', JWT_SECRET: 'x'.repeat(16) })).toEqual([
      'DATABASE_URL: must be a valid URL that starts with postgres:// or postgresql://',
    ]);
  });

  it('requires JWT_SECRET outside the embedded demo, and says so beside other problems', () => {
    expect(problemsOf({ DATABASE_URL: 'postgres://db/ethhook', PORT: 'x' })).toHaveLength(2);
    expect(problemsOf({ DATABASE_URL: 'postgres://db/ethhook' })).toEqual([
      'JWT_SECRET: is required when DATABASE_URL is set',
    ]);
  });

  it('refuses a pool whose minimum is above its maximum', () => {
    expect(problemsOf({ DATABASE_POOL_MIN: '20', DATABASE_POOL_MAX: '10' })).toHaveLength(1);
  });

  it('reads live statistics, folds and audits them, and shadows nothing, unless told otherwise', () => {
    expect(loadConfig({}).statistics).toEqual({
      reads: 'live',
      shadowPercent: 0,
      foldEnabled: true,
      foldIntervalMs: 250,
      maxTailRows: 5000,
      auditIntervalSeconds: 60,
    });
    const told = loadConfig({
      STATISTICS_READS: 'original',
      STATISTICS_SHADOW_PERCENT: '0.5',
      FOLD_ENABLED: 'false',
      AUDIT_INTERVAL_SECONDS: '0',
    });
    expect(told.statistics).toMatchObject({
      reads: 'original',
      shadowPercent: 0.5,
      foldEnabled: false,
      auditIntervalSeconds: 0,
    });
  });

  it.each(['101', '-1', 'half'])('refuses %s as the share of shadowed reads', (value) => {
    expect(problemsOf({ STATISTICS_SHADOW_PERCENT: value })).toEqual([
      'STATISTICS_SHADOW_PERCENT: must be a number from 0 to 100',
    ]);
  });

  it.each([
    ['STATISTICS_READS', 'cached'],
    ['FOLD_ENABLED', 'yes'],
    ['FOLD_INTERVAL_MS', '49'],
    ['FOLD_MAX_TAIL_ROWS', '99'],
    ['AUDIT_INTERVAL_SECONDS', '86401'],
  ])('refuses %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(`^${name}: must be`)]);
  });

  it('runs jobs as they are, heavy ones at any time, in UTC, unless told otherwise', () => {
    expect(loadConfig({}).maintenance).toMatchObject({
      enabled: true,
      schedules: {},
      windows: [],
      timeZone: 'UTC',
      limits: { transactionSeconds: 300, replicationLagBytes: 67_108_864 },
    });
    const told = loadConfig({
      MAINTENANCE_ENABLED: 'false',
      MAINTENANCE_SCHEDULES: 'vacuum=0 2 * * *; rebuild-bloated = off;',
      MAINTENANCE_WINDOWS: 'daily 01:00-05:00, sun 00:00-08:00',
      MAINTENANCE_TIME_ZONE: 'Europe/Berlin',
      DATABASE_DIRECT_URL: 'postgres://direct/ethhook',
    });
    expect(told.database.directUrl).toBe('postgres://direct/ethhook');
    expect(told.maintenance).toMatchObject({
      enabled: false,
      schedules: { vacuum: '0 2 * * *', 'rebuild-bloated': null },
      windows: ['daily 01:00-05:00', 'sun 00:00-08:00'],
      timeZone: 'Europe/Berlin',
    });
  });

  it.each([
    ['MAINTENANCE_SCHEDULES', 'vacuum=daily'],
    ['MAINTENANCE_SCHEDULES', 'vacuum'],
    ['MAINTENANCE_SCHEDULES', '=0 2 * * *'],
    ['MAINTENANCE_WINDOWS', 'daily 25:00-26:00'],
    ['MAINTENANCE_TIME_ZONE', 'Europe/Atlantis'],
    ['MAINTENANCE_MAX_TRANSACTION_SECONDS', '0'],
  ])('refuses %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(`^${name}: must be`)]);
  });

  it('takes an empty variable as not set and cannot be changed afterwards', () => {
    const config = loadConfig({ PORT: '', DATABASE_URL: '' });
    expect(config.http.port).toBe(3000);
    expect(() => Object.assign(config.database, { poolMax: 1 })).toThrow(TypeError);
  });
});
