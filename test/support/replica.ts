import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { FaultServer } from './fault-server.js';
import { freePort } from './free-port.js';
import { becomes } from './leader-tasks.js';
import { controlServer, type ServerControl } from './server-control.js';

const run = promisify(execFile);

export interface Replica extends ServerControl {
  /** Superuser's URL of the database `postgres`. */
  url: string;
  query<Row extends pg.QueryResultRow = Record<string, unknown>>(text: string): Promise<Row[]>;
  /** It goes on taking the primary's log, and applies none of it. */
  pauseReplay(): Promise<void>;
  resumeReplay(): Promise<void>;
  promote(): Promise<void>;
  /** Until it has all that the primary has now. */
  caughtUp(): Promise<void>;
  remove(): Promise<void>;
}

/** A streaming replica of the server, made as pg_basebackup makes one. */
export async function startReplica(primary: FaultServer, name: string): Promise<Replica> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'ethhook-replica-')));
  await chmod(folder, 0o755);
  const data = join(folder, 'data');
  const port = await freePort();
  await copyData(primary, data, name, port);
  const control = controlServer(data, ownCommand(primary.command, data, port));
  await control.restart();
  const url = new URL(primary.url);
  url.port = String(port);
  const query: Replica['query'] = (text) => ask(url.href, text);
  await becomes(`${name} answers`, () =>
    query('SELECT 1').then(
      () => true,
      () => false,
    ),
  );
  return {
    ...control,
    url: url.href,
    query,
    pauseReplay: async () => {
      await query('SELECT pg_wal_replay_pause()');
      await becomes('the replay is paused', async () => {
        const [row] = await query<{ state: string }>('SELECT pg_get_wal_replay_pause_state() AS state');
        return row?.state === 'paused';
      });
    },
    resumeReplay: () => resumeReplay(query),
    promote: async () => void (await query('SELECT pg_promote(true, 20)')),
    caughtUp: () => catchUp(primary.url, query),
    remove: async () => {
      await control.kill().catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
      await ask(primary.url, `SELECT pg_drop_replication_slot('${name}')`).catch(() => undefined);
    },
  };
}

async function copyData(primary: FaultServer, data: string, name: string, port: number): Promise<void> {
  const client = new pg.Client({ connectionString: primary.url });
  await client.connect();
  try {
    await client.query(`SELECT pg_create_physical_replication_slot('${name}', true)`);
    await client.query(`SELECT pg_backup_start('${name}', true)`);
    await run('cp', ['-a', primary.data, data]).catch(() => undefined); // files may go while they are copied
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    const { host, password, username } = new URL(primary.url);
    const [hostname, primaryPort] = host.split(':');
    await rm(join(data, 'postmaster.pid'), { force: true });
    await own(primary, join(data, 'backup_label'), rows[0]?.labelfile ?? '');
    await own(primary, join(data, 'standby.signal'), '');
    await own(
      primary,
      join(data, 'postgresql.auto.conf'),
      [
        `primary_conninfo = 'host=${hostname} port=${primaryPort} user=${username} password=${password} application_name=${name}'`,
        `primary_slot_name = '${name}'`,
        'hot_standby = on',
        "wal_retrieve_retry_interval = '200ms'",
        `port = ${port}`,
      ].join('\n'),
    );
  } finally {
    await client.end();
  }
}

async function own({ data }: FaultServer, path: string, text: string): Promise<void> {
  const { uid, gid } = await stat(data);
  await writeFile(path, text, { mode: 0o600 });
  await chown(path, uid, gid);
}

const ownCommand = (command: readonly string[], data: string, port: number): string[] =>
  command.map((word, index) => {
    if (command[index - 1] === '-D') return data;
    return command[index - 1] === '-p' ? String(port) : word;
  });

async function catchUp(primaryUrl: string, query: Replica['query']): Promise<void> {
  // Also what no commit has brought to the log's disk yet.
  await ask(primaryUrl, 'SELECT pg_switch_wal()');
  const [end] = await ask<{ at: string }>(primaryUrl, 'SELECT pg_current_wal_flush_lsn() AS at');
  await becomes('the replica has caught up', async () => {
    const [row] = await query<{ has: boolean }>(`SELECT pg_last_wal_replay_lsn() >= '${end?.at}' AS has`);
    return row?.has === true;
  });
}

/** What is replayed from then on may break this very statement off: then it has done what it was for. */
async function resumeReplay(query: Replica['query']): Promise<void> {
  await query('SELECT pg_wal_replay_resume()').catch((error: Error & { code?: string }) => {
    if (error.code !== '40001') throw error;
  });
}

async function ask<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 3000,
    query_timeout: 30_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
