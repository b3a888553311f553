import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runProgram, type ServerFiles } from './server-files.js';

export interface BenchServer {
  urlFor(database: string): string;
  stop(mode: 'fast' | 'immediate'): Promise<void>;
}

/** These settings, PostgreSQL's own for the rest, and the library that a migration makes an extension of. */
export async function startServer(
  files: ServerFiles,
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  const port = await freePort();
  const data = `--pgdata=${join(files.home, 'data')}`;
  const password = (await readFile(join(files.home, 'password'), 'utf8')).trim();
  const switches = [
    `-p ${port}`,
    '-c listen_addresses=127.0.0.1',
    `-c unix_socket_directories=''`,
    '-c shared_preload_libraries=pg_stat_statements',
    ...Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`),
  ];
  const log = `--log=${join(files.home, 'log')}`;
  await runProgram(files, 'pg_ctl', [data, log, '--wait', '-o', switches.join(' '), 'start']);
  return {
    urlFor: (database) => `postgres://ethhook:${password}@127.0.0.1:${port}/${database}`,
    stop: (mode) => runProgram(files, 'pg_ctl', [data, '--wait', `--mode=${mode}`, 'stop']),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
