import type { AttemptRow, EventRow } from './made-rows.js';

export interface Statement {
  /** Of the prepared statement. */
  name: string;
  text: string;
  values: unknown[];
}

const eventColumns = [
  'id',
  'block_number',
  'block_hash',
  'transaction_hash',
  'log_index',
  'contract_address',
  'topics',
  'data',
];

export function insertEvents(events: readonly { id: string; row: EventRow }[]): Statement {
  const width = eventColumns.length;
  const places = events.map((_, i) => `(${eventColumns.map((_, j) => `$${i * width + j + 1}`).join(', ')})`);
  return {
    name: `simulator-insert-events-${events.length}`,
    text: `INSERT INTO events (${eventColumns.join(', ')}) VALUES ${places.join(', ')}`,
    values: events.flatMap(({ id, row }) => [
      id,
      row.block_number,
      row.block_hash,
      row.transaction_hash,
      row.log_index,
      row.contract_address,
      row.topics,
      row.data,
    ]),
  };
}

export function insertAttempt(id: string, row: AttemptRow): Statement {
  return {
    name: 'simulator-insert-attempt',
    text: `INSERT INTO delivery_attempts (id, event_id, endpoint_id, attempt_number, success)
           VALUES ($1, $2, $3, $4, NULL)`,
    values: [id, row.event_id, row.endpoint_id, row.attempt_number],
  };
}

export function updateAttempt(id: string, row: AttemptRow): Statement {
  return {
    name: 'simulator-update-attempt',
    text: `UPDATE delivery_attempts
              SET http_status_code = $2, response_body = $3, error_message = $4, completed_at = $5, duration_ms = $6,
                  success = $7, should_retry = $8, next_retry_at = $9
            WHERE id = $1`,
    values: [
      id,
      row.http_status_code,
      row.response_body,
      row.error_message,
      row.completed_at,
      row.duration_ms,
      row.success,
      row.should_retry,
      row.next_retry_at,
    ],
  };
}

export const readBackEvents = `
  SELECT e.id, e.block_number, e.block_hash, e.transaction_hash, e.log_index, e.contract_address, e.topics, e.data
    FROM events e WHERE e.id = ANY($1::uuid[])`;

export const readBackAttempts = `
  SELECT a.id, a.event_id, a.endpoint_id, a.attempt_number, a.http_status_code, a.response_body, a.error_message,
         to_char(a.completed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS completed_at, a.duration_ms,
         a.success, a.should_retry,
         to_char(a.next_retry_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS next_retry_at
    FROM delivery_attempts a WHERE a.id = ANY($1::uuid[])`;
