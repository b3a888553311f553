import { Injectable } from '@nestjs/common';
import { closedSentence } from './due-slots.js';
import type { Job } from './job.js';
import { MaintenanceWindows } from './maintenance-windows.js';
import { Preflight } from './preflight.js';
import type { ClaimedRunRow } from './queries/claim-run.sql.js';
import { trafficSuffers, windowClosed, type RunAbort } from './run-abort.js';

const LOOK_MS = 1000;
const MAX_BLOCK_MS = 2000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface Refusal {
  readonly code: 'outside_window' | 'preflight';
  readonly message: string;
}

type Claimed = Pick<ClaimedRunRow, 'isDryRun' | 'isForced'>;

/** Lets heavy runs begin in the maintenance windows and on a healthy database only, and stops them when that ends. */
@Injectable()
export class RunGuard {
  constructor(
    private readonly preflight: Preflight,
    private readonly windows: MaintenanceWindows,
  ) {}

  /** Why it must not begin now; null: it may. */
  async refusal(job: Job, claimed: Claimed): Promise<Refusal | null> {
    if (!isGuarded(job, claimed)) return null;
    const now = new Date();
    if (!this.windows.isOpen(now))
      return { code: 'outside_window', message: closedSentence(this.windows, now) };
    const objection = await this.preflight.objection();
    return objection === null ? null : { code: 'preflight', message: `not begun, since ${objection}` };
  }

  /** Aborts the run when it must not go on. Returns what ends the watch. */
  watch(job: Job, claimed: Claimed, backendPid: number, abort: (reason: RunAbort) => void): () => void {
    if (!isGuarded(job, claimed)) return () => undefined;
    const traffic = this.preflight.watch(backendPid, job.mayBlockMs ?? MAX_BLOCK_MS);
    let isLooking = false;
    const look = async () => {
      if (isLooking) return;
      isLooking = true;
      const harm = await traffic.look().catch(() => null);
      isLooking = false;
      if (harm !== null) abort(trafficSuffers(harm));
    };
    const looks = setInterval(() => void look(), LOOK_MS);
    const now = new Date();
    const closesAt = this.windows.closesAfter(now);
    const openMs = closesAt === null ? LONGEST_TIMER_MS : closesAt.getTime() - now.getTime();
    const closing = setTimeout(() => abort(windowClosed()), Math.min(openMs, LONGEST_TIMER_MS));
    if (closesAt === null) clearTimeout(closing);
    return () => {
      clearInterval(looks);
      clearTimeout(closing);
    };
  }
}

/** Whoever forces a run answers for it. */
const isGuarded = ({ weight }: Job, { isDryRun, isForced }: Claimed) =>
  weight === 'heavy' && !isDryRun && !isForced;
