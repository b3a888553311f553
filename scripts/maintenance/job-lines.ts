import type { JobDto } from '../../src/modules/maintenance/index.js';
import { shortTime, table } from './table.js';

export const jobsTable = (jobs: readonly JobDto[]): string[] =>
  table(
    jobs.map((job) => ({
      job: job.name,
      schedule: job.schedule ?? job.kind,
      weight: job.weight,
      next: job.paused === null ? shortTime(job.next_run_at) : 'paused',
      running: job.running && `run ${job.running.id}`,
      last: job.last_run && `${job.last_run.state} ${shortTime(job.last_run.finished_at) ?? ''}`,
      description: job.description,
    })),
    'no jobs',
  );
