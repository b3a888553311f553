import { DomainError } from '../../errors/domain-error.js';

/** Whose turn it is: what a user waits for comes first; the rest may have a share only. */
export type Lane = 'interactive' | 'background';

export interface AdmissionLimits {
  /** At once, of both lanes. */
  readonly max: number;
  /** At once, of the background lane. */
  readonly backgroundMax: number;
  /** Of each lane; whoever comes when so many wait is refused at once. */
  readonly queueMax: number;
  readonly waitMs: number;
}

interface Waiter {
  readonly enter: () => void;
  readonly refuse: (reason: DomainError) => void;
}

export const poolBusy = () =>
  new DomainError('unavailable', 'database_busy', 'All database connections are busy', {
    retryAfterSeconds: 1,
  });

/** A bounded queue before a pool: who waits does so for a bounded time, and background work never fills it. */
export class Admission {
  private readonly inside: Record<Lane, number> = { interactive: 0, background: 0 };
  private readonly queues: Readonly<Record<Lane, Set<Waiter>>> = {
    interactive: new Set(),
    background: new Set(),
  };

  constructor(private readonly limits: AdmissionLimits) {}

  get waiting(): number {
    return this.queues.interactive.size + this.queues.background.size;
  }

  /** Resolves to the function that leaves again, to be called once; rejects with 503 database_busy. */
  enter(lane: Lane): Promise<() => void> {
    if (this.hasRoom(lane)) return Promise.resolve(this.admit(lane));
    const queue = this.queues[lane];
    if (queue.size >= this.limits.queueMax) return Promise.reject(poolBusy());
    return new Promise((resolve, reject) => {
      const leaveQueue = () => {
        clearTimeout(timer);
        queue.delete(waiter);
      };
      const waiter: Waiter = {
        enter: () => {
          leaveQueue();
          resolve(this.admit(lane));
        },
        refuse: (reason) => {
          leaveQueue();
          reject(reason);
        },
      };
      const timer = setTimeout(() => waiter.refuse(poolBusy()), this.limits.waitMs);
      queue.add(waiter);
    });
  }

  /** All who wait are told that. */
  refuseWaiting(reason: DomainError): void {
    for (const queue of Object.values(this.queues)) for (const waiter of queue) waiter.refuse(reason);
  }

  private admit(lane: Lane): () => void {
    this.inside[lane]++;
    return () => {
      this.inside[lane]--;
      this.admitNext();
    };
  }

  private hasRoom(lane: Lane): boolean {
    const { max, backgroundMax } = this.limits;
    if (this.inside.interactive + this.inside.background >= max) return false;
    return lane === 'interactive' || this.inside.background < backgroundMax;
  }

  private admitNext(): void {
    for (const lane of ['interactive', 'background'] as const) {
      const [next] = this.queues[lane];
      if (next === undefined || !this.hasRoom(lane)) continue;
      next.enter();
      return;
    }
  }
}
