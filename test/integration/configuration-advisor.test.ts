import { appendFileSync } from 'node:fs';
import pg from 'pg';
import { loadConfig, type AppConfig } from '../../src/kernel/config/config.js';
import type { Database } from '../../src/kernel/database/database.js';
import { RecordSettingChanges1764510000000 } from '../../src/migrations/1764510000000-RecordSettingChanges.js';
import { advise } from '../../src/modules/maintenance/configuration/advice.js';
import { ApplySettingJob } from '../../src/modules/maintenance/configuration/apply-setting.job.js';
import { ConfigurationAdvisor } from '../../src/modules/maintenance/configuration/configuration-advisor.js';
import { ConfigurationService } from '../../src/modules/maintenance/configuration/configuration.service.js';
import { configurationAdviceSchema } from '../../src/modules/maintenance/configuration/dto/configuration-advice.dto.js';
import { ConfigurationReadModel } from '../../src/modules/maintenance/configuration/configuration.read-model.js';
import type { Facts } from '../../src/modules/maintenance/configuration/facts.js';
import { patchOf } from '../../src/modules/maintenance/configuration/patch.js';
import { RevertSettingJob } from '../../src/modules/maintenance/configuration/revert-setting.job.js';
import { startFaultServer, type FaultServer } from '../support/fault-server.js';
import { planJob, runJob, withJobContext } from '../support/job-context.js';
import { becomes } from '../support/leader-tasks.js';
import { MACHINES } from '../support/machine-sizes.js';

jest.setTimeout(60_000);

// ALTER SYSTEM holds for a whole server, so not in the one that suites share.
let server: FaultServer;
const environment = {
  ...{ JWT_SECRET: 'x'.repeat(32), MAINTENANCE_DATABASE_RAM_BYTES: String(8 * 2 ** 30) },
  ...{ MAINTENANCE_DATABASE_CPUS: '4', MAINTENANCE_STORAGE: 'ssd' },
};
const config = () => loadConfig({ ...environment, DATABASE_URL: server.url }) as AppConfig;
const apply = () => new ApplySettingJob(new ConfigurationAdvisor(config()));
const revert = () => new RevertSettingJob(new ConfigurationAdvisor(config()));
const adviseAs = (url: string) =>
  withJobContext(url, (context) =>
    new ConfigurationService(context as unknown as Database, config()).advise(),
  );

const state = () => withJobContext(server.url, (context) => new ConfigurationReadModel(context).state());

async function query<Row extends pg.QueryResultRow = Record<string, string>>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
const show = async (name: string) => (await query(`SHOW ${name}`))[0]?.[name];
const major = async () => Math.floor(Number(await show('server_version_num')) / 10_000);
const auto = async (name: string) =>
  (
    await query<{ setting: string }>(
      `SELECT setting FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf' AND name = '${name}'`,
    )
  )[0]?.setting;
const reload = async () => {
  await query('SELECT pg_reload_conf()');
};
async function restart(): Promise<void> {
  await server.kill();
  await server.restart();
  await becomes(
    'the server answers',
    () =>
      query('SELECT 1').then(
        () => true,
        () => false,
      ),
    30_000,
  );
}

beforeAll(async () => {
  server = await startFaultServer();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await new RecordSettingChanges1764510000000().up({
    query: async (text: string) => (await client.query(text)).rows as unknown,
  } as never);
  await client.end();
  // What the server would be given depends on the machine that the tests run on.
  appendFileSync((await show('config_file')) ?? '', "\nwork_mem = '4MB'\nrandom_page_cost = 4\njit = on\n");
  await reload();
});
afterAll(() => server.remove());
afterEach(async () => {
  await query('ALTER SYSTEM RESET ALL');
  await reload();
  await query('TRUNCATE ethhook_admin_setting_changes');
});

it("proposes the plan's values for the plan's host, with a patch for each place", async () => {
  const advice = await adviseAs(server.url);
  expect(configurationAdviceSchema.parse(advice)).toEqual(advice);
  const proposed = Object.fromEntries(advice.settings.map(({ name, proposed: value }) => [name, value]));
  expect(proposed).toMatchObject({
    ...{
      shared_buffers: '2GB',
      work_mem: '32MB',
      maintenance_work_mem: '512MB',
      effective_cache_size: '6GB',
    },
    ...{ random_page_cost: '1.1', effective_io_concurrency: '200' },
    ...{ max_parallel_workers_per_gather: '2', max_parallel_workers: '4' },
  });
  expect(advice.patch.postgresql_conf).toContain("shared_buffers = '2GB'  # needs a restart");
  expect(advice.patch.alter_system).toContain("ALTER SYSTEM SET work_mem = '32MB';");
  expect(JSON.parse(advice.patch.rds_parameter_group)).toContainEqual({
    ...{ ParameterName: 'shared_buffers', ParameterValue: '262144', ApplyMethod: 'pending-reboot' },
  });
  expect(advice.patch.docker_compose).toContain('  - -c\n  - "effective_cache_size=6GB"');
  // Our own sessions run without it, whatever the server says.
  expect(advice.settings.find(({ name }) => name === 'jit')?.current).toBe('on');
});

it.each(Object.entries(MACHINES))('proposes for a machine of %s what a server takes', async (_, facts) => {
  const settings = advise(await state(), { ...facts, major: await major() });
  for (const statement of patchOf(settings).alterSystem.split('\n')) await query(statement);
  await reload();
  const refused = () =>
    query(`SELECT f.name FROM pg_file_settings f JOIN pg_settings s USING (name)
            WHERE f.error IS NOT NULL AND s.context <> 'postmaster'`);
  expect(await refused()).toEqual([]);
  const wanted = settings.filter(({ isDifferent }) => isDifferent);
  expect(wanted.length).toBeGreaterThan(5);
  for (const { row, proposed } of wanted) expect(await auto(row.name)).toBe(proposed);
});

it('applies a setting, verifies it, and takes it back step by step', async () => {
  await query(`ALTER SYSTEM SET work_mem = '6MB'`);
  await reload();
  expect((await planJob(server.url, apply(), { name: 'work_mem' }))[0]?.sql).toBe(
    "ALTER SYSTEM SET work_mem = '32MB'",
  );
  expect(await show('work_mem')).toBe('6MB');
  expect(await runJob(server.url, apply(), { name: 'work_mem' })).toMatchObject({
    rows: 1,
    summary: 'work_mem is set to 32MB',
  });
  expect(await show('work_mem')).toBe('32MB');
  expect((await runJob(server.url, apply(), { name: 'work_mem', value: '16384kB' })).rows).toBe(1);
  expect((await runJob(server.url, apply(), { name: 'work_mem', value: '16MB' })).rows).toBe(0);
  expect(
    await query(
      'SELECT value_before, value_after, verified_at IS NOT NULL AS ok FROM ethhook_admin_setting_changes ORDER BY id',
    ),
  ).toEqual([
    { value_before: '6MB', value_after: '32MB', ok: true },
    { value_before: '32MB', value_after: '16384kB', ok: true },
  ]);
  for (const expected of ['32MB', '6MB']) {
    await runJob(server.url, revert(), { name: 'work_mem' });
    expect(await show('work_mem')).toBe(expected);
  }
  await expect(runJob(server.url, revert(), { name: 'work_mem' })).rejects.toMatchObject({
    code: 'nothing_to_revert',
  });
});

it('announces a restart, and no longer once the setting is taken back', async () => {
  const pending = async () =>
    (await adviseAs(server.url)).pending_restarts.map(({ name, after_restart: next }) => [name, next]);
  const { summary } = await runJob(server.url, apply(), { name: 'shared_buffers', value: '300MB' });
  expect(summary).toMatch(/holds once the server is restarted, which is left to you/);
  expect(await pending()).toEqual([['shared_buffers', '300MB']]);
  expect((await runJob(server.url, apply(), { name: 'shared_buffers', value: '300MB' })).rows).toBe(0);
  await runJob(server.url, revert(), { name: 'shared_buffers' });
  expect([await auto('shared_buffers'), await pending()]).toEqual([undefined, []]);
  // PostgreSQL leaves its mark on one that no file has any more.
  await query(`ALTER SYSTEM SET max_prepared_transactions = 5`);
  await reload();
  await becomes('it is seen', async () => (await pending()).length === 1);
  await query('ALTER SYSTEM RESET max_prepared_transactions');
  await reload();
  await becomes('it is not any more', async () => (await pending()).length === 0);
});

it('does not take back what somebody else has changed since', async () => {
  await runJob(server.url, apply(), { name: 'work_mem' });
  await query(`ALTER SYSTEM SET work_mem = '7MB'`);
  await reload();
  await expect(runJob(server.url, revert(), { name: 'work_mem' })).rejects.toMatchObject({
    code: 'setting_changed_since',
  });
  expect(await show('work_mem')).toBe('7MB');
});

it.each([
  ['fsync', 'off', 'setting_not_advised'],
  ['archive_command', 'rm', 'setting_not_advised'],
  ['work_mem', '1kB', 'invalid_setting_value'],
  ['work_mem', '1GB', 'invalid_setting_value'],
  ['work_mem', "4MB'; DROP TABLE x", 'invalid_setting_value'],
  ['work_mem', '30s', 'invalid_setting_value'],
  ['shared_buffers', '7GB', 'invalid_setting_value'],
  ['max_connections', '20', 'invalid_setting_value'],
  ['max_parallel_workers', '1.5', 'invalid_setting_value'],
  ['autovacuum', 'off', 'invalid_setting_value'],
  ['wal_compression', 'zip', 'invalid_setting_value'],
  ['shared_preload_libraries', 'nosuchlib', 'invalid_setting_value'],
])('refuses %s = %s', async (name, value, code) => {
  await expect(runJob(server.url, apply(), { name, value })).rejects.toMatchObject({ code });
  expect(await auto(name)).toBeUndefined();
});

it('settles what a killed run has left', async () => {
  const unverified = (value: string) =>
    query(`INSERT INTO ethhook_admin_setting_changes (target, setting, value_after, reason)
           VALUES ('server', 'work_mem', '${value}', 'killed')`);
  // Before the change: it never was.
  await unverified('9MB');
  await expect(runJob(server.url, revert(), { name: 'work_mem' })).rejects.toMatchObject({
    code: 'nothing_to_revert',
  });
  // After the change, before the reload: the next run ends it, and one revert is enough.
  await unverified('32MB');
  await query(`ALTER SYSTEM SET work_mem = '32MB'`);
  expect((await runJob(server.url, apply(), { name: 'work_mem' })).rows).toBe(1);
  expect(await show('work_mem')).toBe('32MB');
  await runJob(server.url, revert(), { name: 'work_mem' });
  expect(await auto('work_mem')).toBeUndefined();
});

it('says to a role that may not what it may do instead; and does what it was granted', async () => {
  await query(`CREATE ROLE advised LOGIN PASSWORD 'advised'`);
  await query('GRANT ALL ON ethhook_admin_setting_changes TO advised');
  const url = new URL(server.url);
  [url.username, url.password] = ['advised', 'advised'];
  const refused = { code: 'alter_system_refused' };
  try {
    const advice = await adviseAs(url.href);
    expect(advice.can_apply).toBe(false);
    expect(advice.why_not).toMatch(/^this role may not read the configuration files/);
    expect(advice.patch.alter_system).toContain("ALTER SYSTEM SET shared_buffers = '2GB';");
    await expect(runJob(url.href, apply(), { name: 'work_mem' })).rejects.toMatchObject(refused);
    if ((await major()) < 15) return; // only a superuser may there
    await query(`GRANT SELECT ON pg_file_settings TO advised;
      GRANT EXECUTE ON FUNCTION pg_show_all_file_settings(), pg_reload_conf() TO advised;
      GRANT ALTER SYSTEM ON PARAMETER work_mem TO advised`);
    await runJob(url.href, apply(), { name: 'work_mem' });
    expect(await show('work_mem')).toBe('32MB');
    await expect(runJob(url.href, apply(), { name: 'random_page_cost' })).rejects.toMatchObject({
      ...refused,
      message: expect.stringMatching(/GRANT ALTER SYSTEM ON PARAMETER random_page_cost/),
    });
  } finally {
    await query('DROP OWNED BY advised; DROP ROLE advised');
  }
});

it('does not try where the server refuses ALTER SYSTEM', async () => {
  if ((await major()) < 17) return; // it cannot there
  const file = (await show('config_file')) ?? '';
  const allow = (value: string) => {
    appendFileSync(file, `\nallow_alter_system = ${value}\n`);
    return reload();
  };
  await allow('off');
  try {
    await expect(runJob(server.url, apply(), { name: 'work_mem' })).rejects.toMatchObject({
      code: 'alter_system_refused',
      message: expect.stringMatching(/allow_alter_system is off/),
    });
  } finally {
    await allow('on');
  }
});

it('leaves a managed service to its own tools', async () => {
  await query('CREATE ROLE rds_superuser');
  try {
    expect((await adviseAs(server.url)).why_not).toMatch(/^Amazon RDS keeps/);
  } finally {
    await query('DROP ROLE rds_superuser');
  }
});

// The last, since what a server was started with stays when the tests' settings go.
it('runs with what it proposes for the smallest machine, once the server is restarted', async () => {
  const different = async () => advise(await state(), smallest).filter(({ isDifferent }) => isDifferent);
  const smallest = { ...(MACHINES['1 GB'] as Facts), major: await major() };
  await query(`ALTER SYSTEM SET shared_preload_libraries = 'auto_explain'`);
  await reload();
  await runJob(server.url, apply(), { name: 'shared_preload_libraries' });
  expect(await auto('shared_preload_libraries')).toBe('auto_explain, pg_stat_statements');
  for (const statement of patchOf(await different()).alterSystem.split('\n')) await query(statement);
  await restart();
  expect([await show('shared_buffers'), await show('shared_preload_libraries')]).toEqual([
    '256MB',
    'auto_explain, pg_stat_statements',
  ]);
  expect(await different()).toEqual([]);
});
