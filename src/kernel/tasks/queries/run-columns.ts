import { constant } from '../../database/sql.js';

export interface RunRow {
  id: string;
  job: string;
  scheduledFor: string | null;
  state: string;
  attempt: number;
  askedBy: string | null;
  reason: string | null;
  isDryRun: boolean;
  isForced: boolean;
  parameters: unknown;
  instance: string | null;
  queuedAt: string;
  dueAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  durationMs: number | null;
  rows: number | null;
  summary: string | null;
  cancelledBy: string | null;
  errorCode: string | null;
  errorMessage: string | null;
}

/** Of a run `r`. */
export const runColumns = constant(`
         r.id, r.job, r.scheduled_for AS "scheduledFor", r.state, r.attempt, r.asked_by AS "askedBy", r.reason,
         r.is_dry_run AS "isDryRun", r.is_forced AS "isForced", r.parameters, r.instance, r.queued_at AS "queuedAt",
         r.due_at AS "dueAt", r.started_at AS "startedAt", r.finished_at AS "finishedAt",
         extract(epoch FROM coalesce(r.finished_at, now()) - r.started_at)::float8 * 1000 AS "durationMs",
         r.rows::float8 AS "rows", r.summary, r.cancelled_by AS "cancelledBy",
         r.error_code AS "errorCode", r.error_message AS "errorMessage"`);
