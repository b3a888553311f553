import { Injectable } from '@nestjs/common';
import type { JobState } from '../../../kernel/tasks/job-state.js';
import { Jobs } from '../../../kernel/tasks/jobs.js';
import type { JobDto, JobListDto } from './dto/job.dto.js';
import { toRunDto } from './run-dtos.js';

/** The jobs as operators see them. */
@Injectable()
export class JobsService {
  constructor(private readonly jobs: Jobs) {}

  async list(): Promise<JobListDto> {
    return { jobs: (await this.jobs.list()).map(toJobDto) };
  }

  /** Throws 404 job_not_found. */
  async find(name: string): Promise<JobDto> {
    return toJobDto(await this.jobs.find(name));
  }
}

const toJobDto = (job: JobState): JobDto => ({
  name: job.name,
  description: job.description,
  kind: job.kind,
  schedule: job.schedule,
  missed: job.missed,
  weight: job.weight,
  timeout_ms: job.timeoutMs,
  retries: job.retries,
  parameters: job.parameters,
  paused: job.paused,
  next_run_at: job.nextRunAt,
  running: job.running && toRunDto(job.running),
  last_run: job.lastRun && toRunDto(job.lastRun),
  leader: job.continuous && {
    is_leader: job.continuous.isLeader,
    runs: job.continuous.runs,
    failures: job.continuous.failures,
    last_run_ms: job.continuous.lastRunMs,
  },
});
