import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { serverAccount, spawnAs } from '../../src/kernel/database/embedded/account.js';
import { freePort } from './free-port.js';
import { becomes } from './leader-tasks.js';

export interface PgBouncer {
  /** The database of `databaseUrl`, through it. */
  urlOf(databaseUrl: string): string;
  stop(): Promise<void>;
}

const IGNORED =
  'ignore_startup_parameters = extra_float_digits,options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout';

/** Sessions with PostgreSQL: fewer than a test has requests at once. */
export const SERVER_SESSIONS = 3;
/** In session mode each of a client's has one of its own. */
const SESSIONS_OF_CLIENTS = 50;

export const hasPgBouncer = spawnSync('pgbouncer', ['--version']).status === 0;
if (!hasPgBouncer && process.env['CI'] !== undefined)
  throw new Error('pgbouncer is not installed: .ci/run installs it');

interface PgBouncerOptions {
  mode?: 'transaction' | 'session';
  /** Whether it takes connections with start-up parameters that it does not pass on, and leaves these out. */
  ignoresParameters?: boolean;
}

/** PgBouncer, as Debian has it, before the server of `serverUrl`. */
export async function startPgBouncer(
  serverUrl: string,
  { mode = 'transaction', ignoresParameters = false }: PgBouncerOptions = {},
): Promise<PgBouncer> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'ethhook-pgbouncer-')));
  const port = await freePort();
  const { host, username, password } = new URL(serverUrl);
  const [hostname, serverPort] = host.split(':');
  const ini = join(folder, 'pgbouncer.ini');
  await writeFile(join(folder, 'users.txt'), `"${username}" "${decodeURIComponent(password)}"\n`);
  await writeFile(
    ini,
    `[databases]
* = host=${hostname} port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
pool_mode = ${mode}
default_pool_size = ${mode === 'session' ? SESSIONS_OF_CLIENTS : SERVER_SESSIONS}
max_client_conn = 200
${ignoresParameters ? IGNORED : ''}
auth_type = trust
auth_file = ${join(folder, 'users.txt')}
`,
  );
  const account = await serverAccount(folder);
  await chmod(folder, 0o700);
  if (account)
    for (const path of [folder, ini, join(folder, 'users.txt')]) await chown(path, account.uid, account.gid);
  const child = spawn('pgbouncer', ['-q', ini], { ...spawnAs(account), stdio: 'ignore' });
  const exited = once(child, 'exit');
  const urlOf = (databaseUrl: string) => {
    const url = new URL(databaseUrl);
    url.port = String(port);
    return url.href;
  };
  await becomes('pgbouncer answers', async () => {
    const client = new pg.Client({ connectionString: urlOf(serverUrl) });
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    );
  });
  return {
    urlOf,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
