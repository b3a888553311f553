import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const PROGRAM = 'redis-server';
const START_TIMEOUT_MS = 10_000;
const isThere = spawnSync(PROGRAM, ['--version']).status === 0;

/** `describe` for what needs a real Redis. Without one the tests are skipped, which fails CI, and it says so. */
export const describeWithRedis: jest.Describe = isThere ? describe : describe.skip;
if (!isThere)
  process.stderr.write(
    `\n*** ${PROGRAM} is not in PATH: the tests of the cache with Redis are SKIPPED. Debian: apt-get install redis-server\n\n`,
  );

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** As whoever looks after it, who knows the password where there is one. */
  admin<T>(use: (redis: Redis) => Promise<T>, password?: string): Promise<T>;
  /** kill -9. */
  kill(): Promise<void>;
  /** The same again, on the same port, with what it had written to its file. */
  restart(): Promise<void>;
  /** SIGSTOP: it takes connections, and never answers. */
  freeze(): void;
  thaw(): void;
  remove(): Promise<void>;
}

/** A redis-server of this test's own; it keeps what it has across a restart, as it would where persistence is on. */
export async function startRedis(port?: number): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ethhook-redis-'));
  const at = port ?? (await freePort());
  const url = `redis://127.0.0.1:${at}`;
  let child = await start(at, folder);
  return {
    url,
    port: at,
    admin: (use, password) => withClient(url.replace('//', `//:${password ?? ''}@`), use),
    kill: () => end(child),
    restart: async () => {
      await end(child);
      child = await start(at, folder);
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    remove: async () => {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function start(port: number, folder: string): Promise<ChildProcess> {
  const settings = {
    port,
    dir: folder,
    bind: '127.0.0.1',
    save: '',
    appendonly: 'yes',
    appendfsync: 'always',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(PROGRAM, args, { stdio: 'ignore' });
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(20)) {
    if (child.exitCode !== null) throw new Error(`${PROGRAM} ended with ${child.exitCode}`);
    const isUp = await withClient(`redis://127.0.0.1:${port}`, (redis) => redis.ping()).catch(() => null);
    if (isUp !== null) return child;
  }
  child.kill('SIGKILL');
  throw new Error(`${PROGRAM} does not start`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function withClient<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

export interface SlowProxy {
  readonly url: string;
  /** Of each piece of an answer. */
  delayMs: number;
  close(): void;
}

/** In front of a Redis, whose answers it may hold back. */
export async function startSlowProxy(port: number): Promise<SlowProxy> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1');
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => [client, redis].forEach((each) => each.destroy()));
    }
    client.on('data', (chunk) => redis.write(chunk));
    redis.on('data', (chunk) => void setTimeout(() => client.write(chunk), proxy.delayMs));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: SlowProxy = {
    url: `redis://127.0.0.1:${(server.address() as { port: number }).port}`,
    delayMs: 0,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return proxy;
}
