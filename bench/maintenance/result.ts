import type { SimulatorReport } from '../../scripts/simulator/simulate.js';
import { latencyOf, notAcknowledged, within, type Answer } from '../online-migrations/answers.js';
import { atLeast, atMost, none, type Bound } from '../report/bounds.js';
import type { Latency } from '../report/latency.js';
import { WRITES_PER_SECOND } from './options.js';
import type { JobRun } from './job-runs.js';

/** A stretch of time with this job running all the time, or with none. */
export interface Span {
  job: string | null;
  runs: readonly JobRun[];
  from: number;
  to: number;
}

export interface JobFigures {
  job: string;
  runs: number;
  /** Of the longest run. */
  seconds: number;
  first: { outcome: string; summary: string; rows: number | null };
  outcomes: Record<string, number>;
  writes: Latency;
  reads: Latency;
  /** Just before and just after. */
  quiet: { writes: Latency; reads: Latency };
}

export interface MaintenanceResult {
  ranAt: string;
  cpus: number;
  node: string;
  postgres: string;
  events: number;
  seconds: number;
  jobs: JobFigures[];
  insertedPerSecond: number;
  failedWrites: number;
  lostWrites: number;
  failedReads: number;
}

interface Traffic {
  writes: readonly Answer[];
  reads: readonly Answer[];
  report: SimulatorReport;
}

const MAX_RATIO = 2;
const MIN_RATE = 0.95;

export function summarize(
  spans: readonly Span[],
  traffic: Traffic,
): Pick<MaintenanceResult, 'jobs' | 'insertedPerSecond' | 'failedWrites' | 'lostWrites' | 'failedReads'> {
  const { report } = traffic;
  return {
    jobs: spans.flatMap((span, i) => {
      const around = [spans[i - 1], spans[i + 1]].filter((other) => other !== undefined);
      return span.job === null ? [] : [figuresOf(span.job, span, around, traffic)];
    }),
    insertedPerSecond: report.achievedRate,
    failedWrites: notAcknowledged(traffic.writes),
    lostWrites: report.lost + report.mismatched,
    failedReads: notAcknowledged(traffic.reads),
  };
}

function figuresOf(job: string, span: Span, around: readonly Span[], { writes, reads }: Traffic): JobFigures {
  const { runs } = span;
  const [first] = runs as [JobRun];
  const outcomes: Record<string, number> = {};
  for (const { outcome } of runs) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const quiet = (answers: readonly Answer[]) => latencyOf(around.flatMap((other) => within(answers, other)));
  return {
    job,
    runs: runs.length,
    seconds: Math.max(...runs.map(({ from, to }) => to - from)) / 1000,
    first: { outcome: first.outcome, summary: first.summary, rows: first.rows },
    outcomes,
    writes: latencyOf(within(writes, span)),
    reads: latencyOf(within(reads, span)),
    quiet: { writes: quiet(writes), reads: quiet(reads) },
  };
}

export const ratio = (during: Latency, quiet: Latency) => during.p99 / quiet.p99;

export const judge = (result: MaintenanceResult): Bound[] => [
  none('failed writes', result.failedWrites),
  none('lost or altered writes', result.lostWrites),
  none('failed requests', result.failedReads),
  atLeast('inserted rows/s', MIN_RATE * WRITES_PER_SECOND, result.insertedPerSecond),
  ...result.jobs.flatMap(({ job, writes, reads, quiet }) => [
    atMost(`${job}: p99 of writes, times its quiet value`, MAX_RATIO, ratio(writes, quiet.writes)),
    atMost(`${job}: p99 of requests, times its quiet value`, MAX_RATIO, ratio(reads, quiet.reads)),
  ]),
  none(
    'jobs of which a run failed',
    result.jobs.filter(({ outcomes }) => outcomes['failed'] !== undefined).length,
  ),
];
