import { Injectable } from '@nestjs/common';
import { Metrics, type Counter } from '../telemetry/metrics.js';
import { sqlState } from './database-error.js';

/** Time-outs, locks not had in time, deadlocks: pg_stat_statements sees only what ends well. */
export const countedStates = {
  '57014': 'statement_timeout',
  '55P03': 'lock_timeout',
  '40P01': 'deadlock',
} as const;

export type CountedState = keyof typeof countedStates;

export interface ErrorCount {
  readonly label: string;
  readonly sqlstate: CountedState;
  readonly count: number;
}

/** What statements of this process have ended with, by their label; counted until somebody takes it. */
@Injectable()
export class StatementErrors {
  private readonly total: Counter<'statement' | 'error'>;
  private counts = new Map<string, ErrorCount>();

  constructor(metrics: Metrics) {
    this.total = metrics.counter({
      name: 'ethhook_statement_errors_total',
      help: 'Statements that ended with a statement time-out, a lock time-out or a deadlock.',
      labels: ['statement', 'error'],
    });
  }

  record(label: string, error: unknown): void {
    const sqlstate = sqlState(error);
    if (!isCounted(sqlstate) || isCancelled(error)) return;
    this.total.increment({ statement: label, error: countedStates[sqlstate] });
    this.add({ label, sqlstate, count: 1 });
  }

  /** What has been counted since the last time. */
  take(): ErrorCount[] {
    const taken = [...this.counts.values()];
    this.counts = new Map();
    return taken;
  }

  /** What was taken could not be kept: it is counted for the next time. */
  putBack(taken: readonly ErrorCount[]): void {
    for (const count of taken) this.add(count);
  }

  private add({ label, sqlstate, count }: ErrorCount): void {
    const key = `${sqlstate} ${label}`;
    this.counts.set(key, { label, sqlstate, count: count + (this.counts.get(key)?.count ?? 0) });
  }
}

const isCounted = (state: string | undefined): state is CountedState =>
  state !== undefined && Object.hasOwn(countedStates, state);

// The SQLSTATE of a time-out is also that of pg_cancel_backend(); only the message tells them apart.
const isCancelled = (error: unknown) => /user request/.test((error as Error).message);
