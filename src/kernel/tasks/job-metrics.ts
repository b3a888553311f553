import { Injectable } from '@nestjs/common';
import { Metrics, type Counter, type Sample } from '../telemetry/metrics.js';
import { SharedLook } from '../telemetry/shared-look.js';
import { JobLedger } from './job-ledger.repository.js';
import { JobSet } from './job-set.js';
import type { RunEnd } from './job-run.js';

const LOOK_TIMES = { freshMs: 1000, timeoutMs: 1000 };

/** What this process has run, and when each job last ended well anywhere. */
@Injectable()
export class JobMetrics {
  private readonly runs: Counter<'job_name' | 'outcome'>;
  private readonly running = new Map<string, number>();
  private readonly lastSeconds = new Map<string, number>();

  constructor(metrics: Metrics, ledger: JobLedger, jobs: JobSet) {
    this.runs = metrics.counter({
      name: 'ethhook_job_runs_total',
      help: 'Attempts of jobs that ended on this instance; queued: to be tried again.',
      labels: ['job_name', 'outcome'],
    });
    const gauge = (name: string, help: string, values: ReadonlyMap<string, number>) =>
      metrics.observedGauge({ name, help, labels: ['job_name'] }, () => samplesOf(values));
    gauge('ethhook_job_running', '1 while this instance runs the job.', this.running);
    gauge('ethhook_job_last_duration_seconds', 'Of the last attempt on this instance.', this.lastSeconds);
    metrics.observedGauge(
      { name: 'ethhook_job_scheduled', help: '1 where the job has a schedule.', labels: ['job_name'] },
      () =>
        jobs
          .all()
          .map((job) => ({ labels: { job_name: job.name }, value: Number(jobs.scheduleOf(job) !== null) })),
    );
    const successes = new SharedLook(() => ledger.lastSuccesses(), LOOK_TIMES);
    metrics.observedGauge(
      {
        name: 'ethhook_job_last_success_timestamp_seconds',
        help: 'When a run of the job last ended well, on any instance.',
        labels: ['job_name'],
      },
      async () => {
        const found = await successes.get().catch(() => []);
        return found.map(({ job, finishedAtSeconds }) => ({
          labels: { job_name: job },
          value: finishedAtSeconds,
        }));
      },
    );
  }

  began(job: string): void {
    this.running.set(job, 1);
  }

  ended(job: string, state: RunEnd['state'], seconds: number): void {
    this.running.set(job, 0);
    this.runs.increment({ job_name: job, outcome: state });
    this.lastSeconds.set(job, seconds);
  }
}

const samplesOf = (values: ReadonlyMap<string, number>): Sample<'job_name'>[] =>
  [...values].map(([job, value]) => ({ labels: { job_name: job }, value }));
