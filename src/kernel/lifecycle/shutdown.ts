import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../telemetry/logger.js';

// npm and the terminal's process group each deliver a Ctrl-C: two signals this close are one wish.
const SAME_WISH_MS = 2000;
const PARENT_CHECK_MS = 300;

/**
 * Stops what was started, in reverse order, at SIGINT or SIGTERM. Each step has a bound: a request that
 * never ends must not keep the server from stopping.
 */
export class Shutdown {
  private readonly steps: { name: string; stop: () => Promise<void>; timeoutMs: number }[] = [];
  private readonly controller = new AbortController();
  private running: Promise<void> | null = null;
  private requestedAt = 0;
  private started = false;

  constructor(
    private readonly logger: Logger,
    private readonly stepTimeoutMs: number,
  ) {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => void this.requested(name));
    if (process.env['npm_lifecycle_event'] !== undefined) this.watchParent(process.ppid);
  }

  /** Aborted when the process is asked to stop; long work during the start listens to it. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  onStop(name: string, stop: () => Promise<void>, timeoutMs = this.stepTimeoutMs): void {
    this.steps.push({ name, stop, timeoutMs });
  }

  /** The start is complete: from now on a signal runs the steps. Before, the start itself unwinds. */
  startCompleted(): void {
    this.signal.throwIfAborted();
    this.started = true;
  }

  /** Runs the steps, once. Never rejects. */
  run(): Promise<void> {
    this.running ??= this.runSteps();
    return this.running;
  }

  private async requested(signal: string): Promise<void> {
    if (this.signal.aborted) {
      if (Date.now() - this.requestedAt > SAME_WISH_MS) process.exit(130);
      return;
    }
    this.requestedAt = Date.now();
    this.logger.info({ signal }, 'shutting down');
    this.controller.abort(new Error(`stopped by ${signal}`));
    if (!this.started) return;
    await this.run();
    process.exit(0);
  }

  // `npm start` runs us in a shell, which dies of a SIGTERM to npm without passing it on.
  private watchParent(parent: number): void {
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      void this.requested('the end of npm');
    }, PARENT_CHECK_MS).unref();
  }

  private async runSteps(): Promise<void> {
    for (const { name, stop, timeoutMs } of this.steps.toReversed()) {
      const outcome = await Promise.race([this.quietly(name, stop), sleep(timeoutMs, 'late' as const)]);
      if (outcome === 'late') this.logger.warn({ step: name, timeout_ms: timeoutMs }, 'did not stop in time');
    }
  }

  private async quietly(name: string, stop: () => Promise<void>): Promise<void> {
    try {
      await stop();
    } catch (err) {
      this.logger.error({ err, step: name }, 'failed to stop');
    }
  }
}
