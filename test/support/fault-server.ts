import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeProcess } from '../../src/kernel/database/embedded/processes.js';
import { startApp } from './embedded-app.js';
import { controlServer, type ServerControl } from './server-control.js';

export interface FaultServer extends ServerControl {
  /** Superuser's URL of the database `postgres`. */
  url: string;
  data: string;
  /** The postmaster's. */
  command: readonly string[];
  remove(): Promise<void>;
}

/** A PostgreSQL server of this test's own, to be hurt. */
export async function startFaultServer(settings: Record<string, string> = {}): Promise<FaultServer> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ethhook-away-')));
  chmodSync(folder, 0o755);
  const packageDir = process.env.TEST_PG_PACKAGE_DIR;
  const owner = await startApp({ dataDir: folder, settings, ...(packageDir ? { packageDir } : {}) });
  const data = join(folder, 'postgres', 'data');
  const postmaster = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const command = (await describeProcess(postmaster))?.command.split(' ') ?? [];
  return {
    url: owner.url,
    data,
    command,
    ...controlServer(data, command),
    remove: async () => {
      await owner.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
