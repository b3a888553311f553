/** Why a run was stopped from outside: the reason of its signal. */
export class RunAbort extends Error {
  override readonly name = 'RunAbort';
  constructor(
    /** `lost`: it is another's now, and nothing of it is written down. */
    readonly state: 'failed' | 'cancelled' | 'lost',
    /** Stable, snake_case. */
    readonly code: string,
    message: string,
    /** Whether another try makes sense. */
    readonly mayPass = false,
  ) {
    super(message);
  }
}

export const timedOut = (timeoutMs: number) =>
  new RunAbort('failed', 'timed_out', `it had not ended after ${Math.round(timeoutMs / 1000)} s`);
export const cancelled = (by: string) => new RunAbort('cancelled', 'cancelled', `cancelled by ${by}`);
export const shuttingDown = () => new RunAbort('failed', 'shutting_down', 'its instance was shut down', true);
export const windowClosed = () =>
  new RunAbort('cancelled', 'window_closed', 'stopped at the end of the maintenance window');
export const trafficSuffers = (what: string) =>
  new RunAbort('failed', 'traffic_suffers', `stopped, since live traffic suffers: ${what}`, true);
export const lost = () => new RunAbort('lost', 'run_taken_over', 'another instance has taken it over');
export const sessionLost = () =>
  new RunAbort('failed', 'database_unavailable', 'the connection to the database was lost', true);
