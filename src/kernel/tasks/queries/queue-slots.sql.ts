import { sql } from '../../database/sql.js';

export interface SlotDecision {
  readonly slot: Date;
  /** Why it is not run; null: it is. */
  readonly skippedFor: string | null;
}

interface QueueSlots {
  job: string;
  /** Oldest first, not empty. All up to the last one are decided with this. */
  decisions: readonly SlotDecision[];
  /** A slot is skipped while a run of the job has not ended. */
  skipsWhileOpen: boolean;
}

/** Each slot once in the cluster: who comes second, or while the job is paused, queues nothing. */
export const queueSlots = ({ job, decisions, skipsWhileOpen }: QueueSlots) =>
  sql<{ state: string }>('tasks.queue-slots')`
  WITH decided AS (
    UPDATE ethhook_admin_jobs j SET last_slot = ${decisions.at(-1)?.slot.toISOString()}::timestamptz
     WHERE j.name = ${job} AND j.last_slot < ${decisions.at(-1)?.slot.toISOString()}::timestamptz
       AND NOT EXISTS (SELECT FROM ethhook_admin_jobs p WHERE p.name IN (j.name, '*') AND p.paused_at IS NOT NULL)
    RETURNING j.name
  ),
  chosen AS (
    SELECT d.name, s.slot,
           CASE WHEN s.skipped_for IS NOT NULL THEN s.skipped_for
                WHEN ${skipsWhileOpen} AND EXISTS (SELECT FROM ethhook_admin_job_runs o
                       WHERE o.job = d.name AND o.state IN ('queued', 'running')) THEN 'a run before it had not ended'
            END AS skipped_for
      FROM decided d
     CROSS JOIN unnest(${decisions.map(({ slot }) => slot.toISOString())}::timestamptz[],
                       ${decisions.map(({ skippedFor }) => skippedFor)}::text[]) AS s(slot, skipped_for)
  )
  INSERT INTO ethhook_admin_job_runs (job, scheduled_for, state, summary, finished_at)
  SELECT c.name, c.slot, CASE WHEN c.skipped_for IS NULL THEN 'queued' ELSE 'skipped' END, c.skipped_for,
         CASE WHEN c.skipped_for IS NOT NULL THEN now() END
    FROM chosen c ORDER BY c.slot
  ON CONFLICT (job, scheduled_for) DO NOTHING
  RETURNING state`;
