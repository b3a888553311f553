import { sql } from '../../database/sql.js';

/** Of the slots that a job could not begin in time, the latest is run. */
export const skipSupersededRuns = (lateMs: number) => sql<never>('tasks.skip-superseded-runs')`
  UPDATE ethhook_admin_job_runs r
     SET state = 'skipped', finished_at = now(), summary = 'a later slot was due before this one could begin'
   WHERE r.state = 'queued' AND r.attempt = 0 AND r.scheduled_for < now() - make_interval(secs => ${lateMs / 1000}::float8)
     AND EXISTS (SELECT FROM ethhook_admin_job_runs n
                  WHERE n.job = r.job AND n.state = 'queued' AND n.scheduled_for > r.scheduled_for)`;
