import pg from 'pg';
import { RecordSettingChanges1764510000000 } from '../../src/migrations/1764510000000-RecordSettingChanges.js';
import { CreateTimeline1764660000000 } from '../../src/migrations/1764660000000-CreateTimeline.js';
import { TimelineRepository } from '../../src/modules/monitoring/timeline/timeline.repository.js';
import { startFaultServer, type FaultServer } from '../support/fault-server.js';
import { becomes } from '../support/leader-tasks.js';
import { openSession, type OwnSession } from '../support/own-session.js';

jest.setTimeout(60_000);

// ALTER SYSTEM holds for a whole server, so not in the one that suites share.
let server: FaultServer;
let client: pg.Client;
let session: OwnSession;

const query = async (text: string) => (await client.query<Record<string, unknown>>(text)).rows;
const look = (of: OwnSession = session) => new TimelineRepository(of).noteSettings();
const show = async (name: string) => (await session.run<Record<string, string>>(`SHOW ${name}`))[0]?.[name];
async function reload(name: string, value: string): Promise<void> {
  await query('SELECT pg_reload_conf()');
  await becomes(`${name} is ${value}`, async () => (await show(name)) === value);
}
const detailsOf = async (name: string) =>
  (
    await query(
      `SELECT details FROM ethhook_admin_timeline WHERE kind = 'configuration' AND name = '${name}' ORDER BY id DESC`,
    )
  ).map(({ details }) => details);

beforeAll(async () => {
  server = await startFaultServer();
  client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const runner = { query: async (text: string) => (await client.query(text)).rows as unknown } as never;
  await new RecordSettingChanges1764510000000().up(runner);
  await new CreateTimeline1764660000000().up(runner);
  session = await openSession(server.url);
});
afterAll(async () => {
  await session.close();
  await client.end();
  await server.remove();
});

it('marks nothing at the first look, and nothing where nothing has changed', async () => {
  expect(await look()).toEqual([]);
  expect(await look()).toEqual([]);
  expect(await query('SELECT count(*)::int AS seen FROM ethhook_admin_settings_seen')).toEqual([
    { seen: expect.any(Number) },
  ]);
});

it('marks what ALTER SYSTEM has changed once, at the time of the reload, with before and after', async () => {
  const before = await show('deadlock_timeout');
  await query(`ALTER SYSTEM SET deadlock_timeout = '1234ms'`);
  expect(await look()).toEqual([]); // nobody has read the file yet
  await reload('deadlock_timeout', '1234ms');
  expect(await look()).toEqual(['deadlock_timeout']);
  expect(await look()).toEqual([]);
  expect(await detailsOf('deadlock_timeout')).toEqual([
    expect.objectContaining({
      ...{
        target: 'server',
        before: String(Number.parseInt(before ?? '', 10) * 1000),
        after: '1234',
        unit: 'ms',
      },
      source_after: 'configuration file',
    }),
  ]);
  expect(
    await query(
      `SELECT at <= now() AND at > now() - INTERVAL '30 seconds' AS "isTrue" FROM ethhook_admin_timeline WHERE name = 'deadlock_timeout'`,
    ),
  ).toEqual([{ isTrue: true }]);
  await query('ALTER SYSTEM RESET deadlock_timeout');
  await reload('deadlock_timeout', before ?? '');
  expect(await look()).toEqual(['deadlock_timeout']);
});

it('marks what a database and a role were given, and what was taken from them', async () => {
  await query(`CREATE ROLE tuned`);
  await query(`ALTER DATABASE ${client.database} SET work_mem = '9MB'`);
  await query(`ALTER ROLE tuned SET enable_seqscan = off`);
  const names = [`enable_seqscan of role tuned`, `work_mem of database ${client.database}`];
  expect((await look()).sort()).toEqual(names);
  await query(`ALTER DATABASE ${client.database} RESET work_mem`);
  await query(`ALTER ROLE tuned RESET ALL`);
  expect((await look()).sort()).toEqual(names);
  expect(await look()).toEqual([]);
  expect(await detailsOf(names[1] ?? '')).toEqual([
    expect.objectContaining({ before: '9MB', after: null }),
    expect.objectContaining({ before: null, after: '9MB' }),
  ]);
});

it('leaves out what maintenance has recorded, and marks what somebody else sets after it', async () => {
  const settings: [value: string, isRecorded: boolean][] = [
    ['2s', true],
    ['3s', false],
  ];
  for (const [value, isRecorded] of settings) {
    if (isRecorded)
      await query(`INSERT INTO ethhook_admin_setting_changes (target, setting, value_after, reason, verified_at)
                   VALUES ('server', 'authentication_timeout', '${value}', 'a test', now())`);
    await query(`ALTER SYSTEM SET authentication_timeout = '${value}'`);
    await reload('authentication_timeout', value);
    expect(await look()).toEqual(isRecorded ? [] : ['authentication_timeout']);
  }
  await query('ALTER SYSTEM RESET ALL');
  await reload('authentication_timeout', '1min');
  await look();
});

it('keeps nothing that may hold a secret', async () => {
  await query(`ALTER SYSTEM SET primary_conninfo = 'host=h password=hunter2'`);
  await query(`ALTER SYSTEM SET restore_command = 'hunter2 %f'`);
  await query('SELECT pg_reload_conf()');
  await becomes('it is read', async () => (await show('primary_conninfo'))?.includes('hunter2') === true);
  expect(await look()).toEqual([]);
  const kept = await query(
    `SELECT s::text FROM ethhook_admin_settings_seen s UNION ALL SELECT t::text FROM ethhook_admin_timeline t`,
  );
  expect(JSON.stringify(kept)).not.toContain('hunter2');
  await query('ALTER SYSTEM RESET ALL; ').catch(() => undefined);
  await query('SELECT pg_reload_conf()');
});

it('a role that sees less marks nothing for what it does not see, nor when it sees it again', async () => {
  await query(`CREATE ROLE plain LOGIN PASSWORD 'plain'`);
  await query(
    'GRANT SELECT, INSERT, UPDATE, DELETE ON ethhook_admin_timeline, ethhook_admin_settings_seen, ethhook_admin_setting_changes TO plain',
  );
  const url = new URL(server.url);
  [url.username, url.password] = ['plain', 'plain'];
  const plain = await openSession(url.href);
  try {
    await look();
    expect(await plain.run(`SELECT 1 FROM pg_settings WHERE name = 'data_directory'`)).toEqual([]);
    expect(await look(plain)).toEqual([]);
    expect(await look()).toEqual([]);
  } finally {
    await plain.close();
    await query('DROP OWNED BY plain; DROP ROLE plain');
  }
});
