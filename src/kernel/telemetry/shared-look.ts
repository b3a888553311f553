export class LateLookError extends Error {
  override readonly name = 'LateLookError';
}

/**
 * One look for all who ask, however often: what it saw is theirs for `freshMs`, one is under way at a time, and nobody
 * waits for longer than `timeoutMs`. What is older than `freshMs` is given to nobody.
 */
export class SharedLook<T> {
  private last: { at: number; seen: Promise<T> } | null = null;
  private isUnderWay = false;

  constructor(
    private readonly look: () => Promise<T>,
    private readonly times: { readonly freshMs: number; readonly timeoutMs: number },
  ) {}

  /** Rejects as the look does, or with LateLookError. */
  async get(): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const { timeoutMs } = this.times;
      timer = setTimeout(() => reject(new LateLookError(`not within ${timeoutMs} ms`)), timeoutMs).unref();
    });
    try {
      return await Promise.race([this.seen(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private seen(): Promise<T> {
    if (this.last !== null && (this.isUnderWay || performance.now() - this.last.at < this.times.freshMs))
      return this.last.seen;
    this.isUnderWay = true;
    const seen = this.look().finally(() => {
      this.isUnderWay = false;
      this.last = { at: performance.now(), seen };
    });
    this.last = { at: performance.now(), seen };
    // Whoever has asked may have gone by then.
    seen.catch(() => undefined);
    return seen;
  }
}
