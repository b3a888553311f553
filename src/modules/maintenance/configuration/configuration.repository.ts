import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '../../../kernel/errors/domain-error.js';
import type { JobContext } from '../../../kernel/tasks/job.js';
import { notApplied } from './configuration.errors.js';
import { ConfigurationReadModel } from './configuration.read-model.js';
import { PRELOAD } from './formulas.js';
import { alterSystem } from './queries/alter-system.sql.js';
import { loadLibrary } from './queries/load-library.sql.js';
import { reloadConfiguration } from './queries/reload-configuration.sql.js';
import { isSame, listItems } from './setting-values.js';

const LOCK_TIMEOUT_MS = 500;
/** The postmaster and then this session read the files again, in milliseconds on a server that is not stalled. */
const RELOAD_TIMEOUT_MS = 10_000;
const POLL_MS = 50;

/** Writes postgresql.auto.conf. No statement of it runs in a transaction. */
export class ConfigurationRepository {
  constructor(private readonly context: JobContext) {}

  /** null: no longer there. Returns once the server has it, or will have it after a restart; throws 409. */
  async set(name: string, value: string | null): Promise<void> {
    const values = value === null ? null : name === PRELOAD ? listItems(value) : [value];
    await this.context.command(alterSystem({ name, values }), { lockTimeoutMs: LOCK_TIMEOUT_MS });
    await this.context.query(reloadConfiguration());
    for (const deadline = performance.now() + RELOAD_TIMEOUT_MS; ; await delay(POLL_MS)) {
      if (await this.holds(name, value)) return;
      if (performance.now() > deadline) throw notApplied(name);
    }
  }

  /** Whether the server has the library's file. */
  async canLoad(library: 'pg_stat_statements'): Promise<boolean> {
    try {
      await this.context.command(loadLibrary({ library }), { lockTimeoutMs: LOCK_TIMEOUT_MS });
      return true;
    } catch (error) {
      // Whatever the server says of the file; not that the connection is gone.
      if (error instanceof DomainError && error.kind === 'unavailable') throw error;
      return false;
    }
  }

  private async holds(name: string, value: string | null): Promise<boolean> {
    const { settings, files } = await new ConfigurationReadModel(this.context).state();
    const [row, file] = [settings.get(name), files.get(name)];
    if (row === undefined) return false;
    if (value === null) return !file?.isAuto;
    if (!file?.isAuto || !isSame(file.setting, value, row.unit)) return false;
    // The files' view calls an ordinary wait for the restart an error too.
    if (row.isPendingRestart) return true;
    if (file.error !== null) return false;
    return row.source !== 'configuration file' || isSame(row.setting, value, row.unit);
  }
}
