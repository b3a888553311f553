export interface RunnerTimings {
  /** Who has not been heard of for so long is taken for dead. */
  readonly leaseMs: number;
  /** Between two renewals of a lease; progress is written, and a cancellation seen, as often. */
  readonly beatMs: number;
  /** Between two looks for runs that are due. */
  readonly pollMs: number;
  /** Between two looks for slots that no tick has queued. */
  readonly sweepMs: number;
  /** A slot that nobody has queued or begun for so long is a missed one. */
  readonly lateMs: number;
  /** The first pause before another try; it doubles each time. */
  readonly retryMs: number;
  /** What is cancelled has so long to end, before its connection is cut. */
  readonly cancelMs: number;
}

export const RUNNER_TIMINGS = Symbol('RUNNER_TIMINGS');

export const defaultTimings: RunnerTimings = {
  leaseMs: 10_000,
  beatMs: 1000,
  pollMs: 1000,
  sweepMs: 5000,
  lateMs: 30_000,
  retryMs: 5000,
  cancelMs: 2000,
};
