import type { Fence } from './fence.js';
import type { JobRunsRepository } from './job-runs.repository.js';
import type { RunProgress } from './job-state.js';
import { cancelled, lost, type RunAbort } from './run-abort.js';
import type { RunnerTimings } from './runner-timings.js';

/** Says beat by beat that the run goes on, and how far it is; hears that it is cancelled, or another's. */
export class Lease {
  private timer: NodeJS.Timeout | undefined;
  private isRenewing = false;
  private renewedAt = performance.now();

  constructor(
    private readonly fence: Fence,
    private readonly runs: Pick<JobRunsRepository, 'renew'>,
    private readonly timings: Pick<RunnerTimings, 'leaseMs' | 'beatMs'>,
    private readonly abort: (reason: RunAbort) => void,
  ) {}

  start(progress: () => RunProgress | null): void {
    this.renewedAt = performance.now();
    this.timer = setInterval(() => void this.beat(progress()), this.timings.beatMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async beat(progress: RunProgress | null): Promise<void> {
    const { leaseMs } = this.timings;
    const askedAt = performance.now();
    // Also after a freeze: what the ledger says counts, but who cannot ask must not go on.
    if (askedAt - this.renewedAt > leaseMs) this.abort(lost());
    if (this.isRenewing) return;
    this.isRenewing = true;
    try {
      const renewed = await this.runs.renew(this.fence, { leaseMs, progress });
      if (renewed === undefined) this.abort(lost());
      else if (renewed.cancelledBy !== null) this.abort(cancelled(renewed.cancelledBy));
      this.renewedAt = askedAt;
    } catch {
      // The database is away for the moment; the lease is what bounds it.
    } finally {
      this.isRenewing = false;
    }
  }
}
