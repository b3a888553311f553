import { Injectable } from '@nestjs/common';
import { Metrics, type Counter, type Sample } from '../telemetry/metrics.js';
import type { RunEnd } from './job-run.js';

/** What this process has run. */
@Injectable()
export class JobMetrics {
  private readonly runs: Counter<'job' | 'outcome'>;
  private readonly running = new Map<string, number>();
  private readonly lastSeconds = new Map<string, number>();
  private readonly lastSuccess = new Map<string, number>();

  constructor(metrics: Metrics) {
    this.runs = metrics.counter({
      name: 'ethhook_job_runs_total',
      help: 'Attempts of jobs that ended on this instance; queued: to be tried again.',
      labels: ['job', 'outcome'],
    });
    const gauge = (name: string, help: string, values: ReadonlyMap<string, number>) =>
      metrics.observedGauge({ name, help, labels: ['job'] }, () => samplesOf(values));
    gauge('ethhook_job_running', '1 while this instance runs the job.', this.running);
    gauge('ethhook_job_last_duration_seconds', 'Of the last attempt on this instance.', this.lastSeconds);
    gauge(
      'ethhook_job_last_success_timestamp_seconds',
      'When a run ended well on this instance.',
      this.lastSuccess,
    );
  }

  began(job: string): void {
    this.running.set(job, 1);
  }

  ended(job: string, state: RunEnd['state'], seconds: number): void {
    this.running.set(job, 0);
    this.runs.increment({ job, outcome: state });
    this.lastSeconds.set(job, seconds);
    if (state === 'succeeded') this.lastSuccess.set(job, Date.now() / 1000);
  }
}

const samplesOf = (values: ReadonlyMap<string, number>): Sample<'job'>[] =>
  [...values].map(([job, value]) => ({ labels: { job }, value }));
