import type { RunDetails, RunState } from '../../../kernel/tasks/job-state.js';
import type { RunDetailsDto, RunDto } from './dto/run.dto.js';

export const toRunDto = (run: RunState): RunDto => ({
  id: run.id,
  job: run.job,
  state: run.state,
  scheduled_for: run.scheduledFor,
  asked_by: run.askedBy,
  reason: run.reason,
  dry_run: run.isDryRun,
  forced: run.isForced,
  parameters: run.parameters,
  attempt: run.attempt,
  instance: run.instance,
  queued_at: run.queuedAt,
  due_at: run.dueAt,
  started_at: run.startedAt,
  finished_at: run.finishedAt,
  duration_ms: run.durationMs,
  rows: run.rows,
  summary: run.summary,
  cancelled_by: run.cancelledBy,
  error: run.error,
});

export const toRunDetailsDto = (run: RunDetails): RunDetailsDto => ({
  ...toRunDto(run),
  steps: [...run.steps],
  details: run.details,
  progress: run.progress,
  database_progress: run.databaseProgress && {
    command: run.databaseProgress.command,
    phase: run.databaseProgress.phase,
    target: run.databaseProgress.target,
    blocks_done: run.databaseProgress.blocksDone,
    blocks_total: run.databaseProgress.blocksTotal,
    figures: run.databaseProgress.figures,
  },
});
