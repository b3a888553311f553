import { availableParallelism, totalmem } from 'node:os';
import { withSession } from '../server/session.js';
import type { Beside, CatchUp } from './beside.js';
import type { FormName } from './forms.js';
import type { CaptureOptions } from './options.js';
import type { WriteRates } from './write-rates.js';

export interface Conditions {
  ranAt: string;
  cpus: number;
  memoryBytes: number;
  node: string;
  postgres: string;
  events: number;
  /** The busiest tenant's, and all. */
  attempts: number;
  allAttempts: number;
  rate: number;
  seconds: number;
  faultMinutes: number;
}

export interface CaptureResult {
  conditions: Conditions;
  writeRates: WriteRates[];
  beside: Beside[];
  catchUps: CatchUp[];
  /** Rows a second of the writer beside the reads. */
  written: Record<FormName, number>;
}

export const describeConditions = (
  databaseUrl: string,
  { events, rate, seconds, faultMinutes }: CaptureOptions,
  attempts: number,
): Promise<Conditions> =>
  withSession(databaseUrl, async (query) => ({
    ranAt: new Date().toISOString(),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.versions.node,
    postgres: (await query<{ server_version: string }>('SHOW server_version'))[0]?.server_version ?? '',
    allAttempts:
      (await query<{ count: number }>('SELECT count(*)::float8 AS "count" FROM delivery_attempts'))[0]
        ?.count ?? NaN,
    events,
    attempts,
    rate,
    seconds,
    faultMinutes,
  }));
