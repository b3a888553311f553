import { DomainError } from '../errors/domain-error.js';
import type { JobPause } from './job-state.js';

export const jobNotFound = (name: string) =>
  new DomainError('not_found', 'job_not_found', `There is no job ${name}`);

export const runNotFound = (runId: string) =>
  new DomainError('not_found', 'run_not_found', `There is no run ${runId}`);

export const runIsOver = (runId: string) =>
  new DomainError('conflict', 'run_is_over', `The run ${runId} has ended before`);

export const jobIsContinuous = (name: string) =>
  new DomainError(
    'conflict',
    'job_is_continuous',
    `${name} has no runs: it goes on all the time, unless paused`,
  );

export const jobRunning = (name: string, runId: string) =>
  new DomainError('conflict', 'job_running', `${name} is queued or running already: run ${runId}`);

export const jobPaused = (name: string, { scope, since, reason }: JobPause) =>
  new DomainError(
    'conflict',
    'job_paused',
    `${scope === 'all' ? 'All jobs are' : `${name} is`} paused since ${since}${
      reason === null ? '' : ` (${reason})`
    }: resume, or force the run`,
  );

export const outsideWindow = (name: string, opensAt: string | null) =>
  new DomainError(
    'conflict',
    'outside_window',
    `${name} is heavy and runs in the maintenance windows only; the next one opens ${opensAt ?? 'never'}. Force it to run now`,
  );
