import { sql } from '../../../kernel/database/sql.js';

/** The application of a deletion that was given to another user meanwhile: not this user's to delete. */
export const releaseApplication = (p: { userId: string; applicationId: string; requestedAt: string }) =>
  sql<object>('accounts.release-application')`
  UPDATE applications a
     SET deleted_at = NULL
   WHERE a.id = ${p.applicationId} AND a.user_id <> ${p.userId} AND a.deleted_at = ${p.requestedAt}::timestamptz`;

/**
 * Endpoints that a deletion has hidden, and that somebody has moved to where nothing is to be deleted. Their owners' rollups
 * are counted anew: the fold does not keep the bounds of durations true of what is deleted.
 */
export const releaseEndpoints = (p: { deletionId: string; requestedAt: string }) =>
  sql<object>('accounts.release-endpoints')`
  WITH released AS (
    UPDATE endpoints ep
       SET deleted_at = NULL
     WHERE ep.deleted_at = ${p.requestedAt}::timestamptz
       AND EXISTS (SELECT FROM applications a WHERE a.id = ep.application_id AND a.deleted_at IS NULL)
       AND NOT EXISTS (SELECT FROM deletions d
                        WHERE d.finished_at IS NULL AND d.id <> ${p.deletionId} AND d.resource_id = ep.id AND d.user_id = ep.user_id)
    RETURNING ep.user_id
  )
  INSERT INTO statistics_rebuilds (user_id, part, reason)
  SELECT DISTINCT r.user_id, 'all', 'an endpoint was moved out of what is deleted' FROM released r`;
