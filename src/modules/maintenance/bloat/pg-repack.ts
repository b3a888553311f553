import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { Logger } from '@nestjs/common';
import { libpqEnvironment } from '../../../kernel/database/libpq-environment.js';
import { DomainError } from '../../../kernel/errors/domain-error.js';

/** It asks for its locks for a second at most each time, and others queue up behind it while it does. */
const WAIT_SECONDS = 5;
const GRACE_MS = 10_000;
const VERSION_TIMEOUT_MS = 5000;

/** The client program, which does the work in sessions of its own. */
export class PgRepack {
  private readonly logger = new Logger(PgRepack.name);

  constructor(
    private readonly program: string,
    private readonly databaseUrl: string,
  ) {}

  /** Null: there is no such program. */
  async version(): Promise<string | null> {
    try {
      const { stdout } = await promisify(execFile)(this.program, ['--version'], {
        timeout: VERSION_TIMEOUT_MS,
      });
      return /(\d+(?:\.\d+)+)/.exec(stdout)?.[1] ?? null;
    } catch {
      return null;
    }
  }

  arguments(table: string): string[] {
    return ['--no-order', '--no-kill-backend', `--wait-timeout=${WAIT_SECONDS}`, '--table', table];
  }

  /**
   * Also returns when it has done nothing, since it says the same then. `table` is a quoted name. On abort it is interrupted,
   * which it cleans up after, as it does not after SIGTERM.
   */
  async run(table: string, signal: AbortSignal): Promise<void> {
    const child = spawn(this.program, this.arguments(table), {
      env: { PATH: process.env['PATH'], ...libpqEnvironment(this.databaseUrl) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
    let killing: NodeJS.Timeout | undefined;
    const interrupt = () => {
      child.kill('SIGINT');
      killing = setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
    };
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
      signal.throwIfAborted();
      if (code === 0) return;
      this.logger.warn(`pg_repack of ${table} ended with ${String(code)}: ${said}`);
      throw new DomainError(
        'conflict',
        'repack_failed',
        `pg_repack of ${table} has failed; the log says why`,
      );
    } finally {
      clearTimeout(killing);
      signal.removeEventListener('abort', interrupt);
    }
  }
}
