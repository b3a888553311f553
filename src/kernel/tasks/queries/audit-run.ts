import { constant } from '../../database/sql.js';

/**
 * The entry in audit_logs of a run `ended` that somebody had asked for: with before and after, as the job reports them. In
 * the statement that ends the run, so that there is one entry or none. A user who is gone is none.
 */
export const auditRun = constant(`
  INSERT INTO audit_logs (user_id, action, resource_type, metadata)
  SELECT (SELECT u.id FROM users u
           WHERE u.id = CASE WHEN e.asked_by ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN e.asked_by::uuid END),
         'run.' || e.state, 'run',
         jsonb_strip_nulls(jsonb_build_object(
           'name', e.job, 'run_id', e.id::text, 'asked_by', e.asked_by, 'reason', e.reason, 'parameters', e.parameters,
           'summary', e.summary, 'steps', e.steps, 'before', e.details -> 'before', 'after', e.details -> 'after',
           'details', e.details - '{before,after}'::text[]))
    FROM ended e
   WHERE e.asked_by IS NOT NULL AND NOT e.is_dry_run AND e.state NOT IN ('queued', 'running')`);
