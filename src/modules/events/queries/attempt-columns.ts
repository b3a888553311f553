import { fragment, type SqlFragment } from '../../../kernel/database/sql.js';

/** The columns of AttemptRow, from `da` (delivery_attempts), `ep` (its endpoint) and its event's time. */
export const attemptColumns = (eventIngestedAt: SqlFragment) => fragment`
         da.id,
         da.event_id AS "eventId",
         ${eventIngestedAt} AS "eventIngestedAt",
         da.endpoint_id AS "endpointId",
         ep.name AS "endpointName",
         da.attempt_number AS "attemptNumber",
         da.http_status_code AS "httpStatusCode",
         da.response_body AS "responseBody",
         da.error_message AS "errorMessage",
         da.attempted_at AS "attemptedAt",
         da.completed_at AS "completedAt",
         da.duration_ms AS "durationMs",
         da.success,
         da.should_retry AS "shouldRetry",
         da.next_retry_at AS "nextRetryAt"`;
