/** What the old API and the delivery service read cheaply. $1: an endpoint, $2: an attempt. */
export const reads: readonly { name: string; text: string; values: (sample: ReadSample) => string[] }[] = [
  {
    name: 'newest 50 attempts of an endpoint',
    text: `SELECT a.id, a.event_id, a.attempt_number, a.http_status_code, a.error_message, a.attempted_at, a.completed_at,
                  a.duration_ms, a.success, a.should_retry, a.next_retry_at
             FROM delivery_attempts a WHERE a.endpoint_id = $1 ORDER BY a.attempted_at DESC LIMIT 50`,
    values: ({ endpointId }) => [endpointId],
  },
  {
    name: 'count of an endpoint',
    text: 'SELECT count(*) FROM delivery_attempts a WHERE a.endpoint_id = $1',
    values: ({ endpointId }) => [endpointId],
  },
  {
    name: 'due retries',
    text: `SELECT a.id, a.event_id, a.endpoint_id, a.attempt_number FROM delivery_attempts a
            WHERE a.should_retry = true AND a.next_retry_at <= now() ORDER BY a.next_retry_at LIMIT 100`,
    values: () => [],
  },
  {
    name: 'an attempt with its event',
    text: `SELECT a.id, a.success, e.transaction_hash, e.block_number
             FROM delivery_attempts a JOIN events e ON e.id = a.event_id WHERE a.id = $1`,
    values: ({ attemptId }) => [attemptId],
  },
];

export interface ReadSample {
  endpointId: string;
  attemptId: string;
}

/** The endpoint in the middle by its number of attempts: neither the giant, whose count is slow, nor an idle one. */
export const selectSample = `
  WITH counted AS (
    SELECT a.endpoint_id, count(*) AS attempts, min(a.id::text) AS attempt_id
      FROM delivery_attempts a GROUP BY a.endpoint_id
  )
  SELECT c.endpoint_id AS "endpointId", c.attempt_id AS "attemptId"
    FROM counted c ORDER BY c.attempts, c.endpoint_id
  OFFSET (SELECT count(*) / 2 FROM counted) LIMIT 1`;
