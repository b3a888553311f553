import { Logger } from '@nestjs/common';
import pg from 'pg';
import { loadConfig, type AppConfig } from '../../src/kernel/config/config.js';
import type { CheckResult } from '../../src/modules/monitoring/checks/check.js';
import { settingChecks } from '../../src/modules/monitoring/checks/settings/setting-checks.js';
import { startFaultServer, type FaultServer } from '../support/fault-server.js';
import { becomes, sessionsOf } from '../support/leader-tasks.js';

jest.setTimeout(90_000);

// ALTER SYSTEM holds for a whole server, so not in the one that suites share.
let server: FaultServer;
const GB = 2 ** 30;

beforeAll(async () => {
  Logger.overrideLogger(false);
  server = await startFaultServer({ shared_preload_libraries: '' });
  await query(
    `CREATE ROLE plain LOGIN PASSWORD 'p'; CREATE ROLE watcher LOGIN PASSWORD 'p' IN ROLE pg_monitor`,
  );
});
afterAll(() => server.remove());
afterEach(async () => {
  await query('ALTER SYSTEM RESET ALL');
  await query('SELECT pg_reload_conf()');
});

async function query<Row extends pg.QueryResultRow = Record<string, unknown>>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
async function set(name: string, value: string): Promise<void> {
  await query(`ALTER SYSTEM SET ${name} = ${value}`);
  await query('SELECT pg_reload_conf()');
}
const as = (role: string) => {
  const url = new URL(server.url);
  [url.username, url.password] = [role, 'p'];
  return url.href;
};

async function find(
  name: string,
  url = server.url,
  environment: NodeJS.ProcessEnv = {},
): Promise<CheckResult> {
  const config = loadConfig({
    ...{ DATABASE_URL: url, JWT_SECRET: 'x'.repeat(32), DATABASE_POOL_MAX: '20' },
    ...{
      MAINTENANCE_DATABASE_RAM_BYTES: String(8 * GB),
      MAINTENANCE_DATABASE_CPUS: '4',
      MAINTENANCE_STORAGE: 'ssd',
    },
    ...environment,
  }) as AppConfig;
  const check = settingChecks({ config }).find((one) => one.name === name);
  const session = await sessionsOf(url).sessions.connect('check');
  try {
    return await session.transaction(
      { readOnly: true },
      (tx) => check?.find(tx) ?? Promise.reject(new Error(name)),
    );
  } finally {
    await session.close();
  }
}
const found = async (...args: Parameters<typeof find>) =>
  (await find(...args)).findings.map(({ object, severity }) => `${severity} ${object}`);

it('finds settings that do harm, with the bound and the job that mends them, and none on a server as it comes', async () => {
  expect(await find('configuration')).toEqual({ findings: [], limits: [] });
  await set('autovacuum', 'off');
  await set('work_mem', `'1GB'`);
  await set('fsync', 'off');
  await becomes('it is read', async () => (await query('SHOW work_mem'))[0]?.['work_mem'] === '1GB');
  const { findings } = await find('configuration');
  expect(findings).toMatchObject([
    {
      object: 'fsync',
      severity: 'critical',
      evidence: { value: 'off', bound: 'on' },
      fixSql: "ALTER SYSTEM SET fsync = 'on'; SELECT pg_reload_conf()",
      action: null,
    },
    {
      object: 'work_mem',
      severity: 'warning',
      evidence: { value: '1048576', unit: 'kB', proposed: expect.any(String) },
    },
    {
      object: 'autovacuum',
      severity: 'critical',
      fixSql: "ALTER SYSTEM SET autovacuum = 'on'; SELECT pg_reload_conf()",
      action: { job: 'apply-setting', parameters: { name: 'autovacuum' } },
    },
  ]);
  for (const { fixSql } of findings)
    for (const statement of fixSql?.split('; ') ?? []) await query(statement);
  await becomes('it is mended', async () => (await found('configuration')).length === 0);
  // Pools that may open more than the server takes.
  expect(await found('configuration', server.url, { DATABASE_POOL_MAX: '200' })).toContain(
    'warning max_connections',
  );
});

it('says what it cannot hold settings against, with the grant or the variable', async () => {
  await set('autovacuum', 'off');
  await becomes('it is read', async () => (await query('SHOW autovacuum'))[0]?.['autovacuum'] === 'off');
  const plain = await find('configuration', as('plain'));
  expect(plain.limits).toEqual([expect.stringContaining('GRANT pg_monitor TO plain')]);
  expect(plain.findings).toMatchObject([
    { object: 'autovacuum', action: null, advice: expect.stringContaining('a superuser applies the patch') },
  ]);
  expect((await find('configuration', as('watcher'))).limits).toEqual([]);
});

it('finds a setting that waits for a restart, what the server loads, and what is missing after it', async () => {
  expect(await find('pending-restart')).toEqual({ findings: [], limits: [] });
  expect((await find('pending-restart', as('plain'))).limits).toEqual([
    'Settings that not every role sees were not looked at: GRANT pg_monitor TO plain',
  ]);
  expect((await find('statistics-extension-missing')).findings).toMatchObject([
    {
      object: 'pg_stat_statements',
      severity: 'warning',
      evidence: { loaded: false, installed: true },
      fixSql: "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'",
      action: { job: 'apply-setting', parameters: { name: 'shared_preload_libraries' } },
    },
  ]);
  expect((await find('statistics-extension-missing', as('plain'))).findings).toMatchObject([
    { object: 'pg_stat_statements', fixSql: null, action: null },
  ]);
  await set('shared_preload_libraries', `'pg_stat_statements'`);
  await set('track_io_timing', 'off');
  await becomes('it waits', async () => (await found('pending-restart')).length === 1);
  expect((await find('pending-restart')).findings).toMatchObject([
    {
      object: 'shared_preload_libraries',
      evidence: { running: '', after_restart: 'pg_stat_statements' },
    },
  ]);
  expect(await found('pending-restart', as('plain'))).toEqual([]);
  expect(await found('pending-restart', as('watcher'))).toEqual(['warning shared_preload_libraries']);
  await server.kill();
  await server.restart();
  const answers = () =>
    query('SELECT 1').then(
      () => true,
      () => false,
    );
  await becomes('the server answers', answers, 30_000);
  expect(await found('pending-restart')).toEqual([]);
  expect(await find('statistics-extension-missing')).toMatchObject({
    findings: [
      { object: 'pg_stat_statements', fixSql: 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements' },
      { object: 'track_io_timing', severity: 'info', action: { parameters: { name: 'track_io_timing' } } },
    ],
  });
  await query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  expect(await found('statistics-extension-missing')).toEqual(['info track_io_timing']);
});
