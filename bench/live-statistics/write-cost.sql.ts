/** Events and endpoints of the newest attempts, the same in both databases: what writers deliver is new. */
export const selectTargets = `
  SELECT da.id, da.event_id AS "eventId", da.endpoint_id AS "endpointId"
    FROM delivery_attempts da ORDER BY da.attempted_at DESC NULLS LAST, da.id LIMIT 20000`;

const columns = [
  'event_id',
  'endpoint_id',
  'attempt_number',
  'http_status_code',
  'completed_at',
  'duration_ms',
  'success',
];

/** By a writer that knows EthHook's columns alone. */
export function insertAttempts(rows: number): string {
  const width = columns.length;
  const places = Array.from(
    { length: rows },
    (_, i) => `(${columns.map((_column, j) => `$${i * width + j + 1}`).join(', ')})`,
  );
  return `INSERT INTO delivery_attempts (${columns.join(', ')}) VALUES ${places.join(', ')}`;
}

export const updateAttempt = `
  UPDATE delivery_attempts SET http_status_code = $2, completed_at = now(), duration_ms = $3, success = $4
   WHERE id = $1`;
