/** What a request may spend on Redis in all. Live reads take 1 to 5 ms: what takes longer than this is of no use. */
export const REDIS_BUDGET_MS = 100;

/** It did not answer in time. */
export class LateError extends Error {
  override readonly name = 'LateError';
  constructor() {
    super(`no answer within ${REDIS_BUDGET_MS} ms`);
  }
}

/** Time that one request spends on Redis, over all of its round trips. */
export class Budget {
  private leftMs = REDIS_BUDGET_MS;

  /** Throws LateError when the time is up; the work itself goes on. */
  async spend<T>(work: Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await within(this.leftMs, work);
    } finally {
      this.leftMs = Math.max(0, this.leftMs - (performance.now() - startedAt));
    }
  }
}

/** Throws LateError after so long. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    // Where this process itself was stalled, the answer may have arrived meanwhile: sockets are read before the immediate.
    timer = setTimeout(() => setImmediate(() => reject(new LateError())), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
