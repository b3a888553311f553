/** What a request may spend on Redis in all. Live reads take 1 to 5 ms: what takes longer than this is of no use. */
export const REDIS_BUDGET_MS = 100;
const TICK_MS = 10;

/** It did not answer in time. */
export class LateError extends Error {
  override readonly name = 'LateError';
  constructor() {
    super('no answer in time');
  }
}

/**
 * Time that one request spends on Redis, over all of its round trips. It is counted in ticks, so that it does not run while
 * this process itself is stalled: a busy server would lose its Redis just then.
 */
export class Budget {
  private ticksLeft: number;

  constructor(ms = REDIS_BUDGET_MS) {
    this.ticksLeft = ms / TICK_MS;
  }

  /** Throws LateError when the time is up; the work itself goes on. */
  async spend<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setInterval(() => {
        // What has arrived is read between a timer and an immediate.
        if (--this.ticksLeft <= 0) setImmediate(() => reject(new LateError()));
      }, TICK_MS);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearInterval(timer);
      work.catch(() => undefined);
    }
  }
}
