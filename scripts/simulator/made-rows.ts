import { createHash } from 'node:crypto';
import { blockNumberAt, chains } from '../../src/demo/chains.js';
import type { Outcome } from '../../src/demo/delivery-outcomes.js';
import { eventShapes, significantWords, type EventShape, type Word } from '../../src/demo/event-shapes.js';
import type { Random } from '../../src/demo/random.js';
import type { TargetEndpoint } from './endpoints.js';

/** What the ingestor writes; ingested_at is left to the default, as it does. */
export interface EventRow {
  block_number: string;
  block_hash: string;
  transaction_hash: string;
  log_index: number;
  contract_address: string;
  topics: string[];
  data: string;
}

/** What the delivery service writes, all of it; attempted_at is left to the default. */
export interface AttemptRow {
  event_id: string;
  endpoint_id: string;
  attempt_number: number;
  http_status_code: number | null;
  response_body: string | null;
  error_message: string | null;
  completed_at: string | null;
  duration_ms: number | null;
  success: boolean | null;
  should_retry: boolean;
  next_retry_at: string | null;
}

const NO_ATTEMPT_SHARE = 0.05;
const SECOND_ENDPOINT_SHARE = 0.2;

/** An event on the contracts of `endpoint`, in the newest block. */
export function makeEvent(random: Random, endpoint: TargetEndpoint): EventRow {
  const chain = chains.find(({ id }) => id === endpoint.chainIds[0]) ?? chains[0];
  const nowUs = Date.now() * 1000;
  const signature = endpoint.signatures[0];
  const shape = eventShapes.find(({ topic0 }) => topic0 === signature) ?? random.pick(eventShapes);
  const blockNumber = blockNumberAt(chain, nowUs, nowUs);
  return {
    block_number: String(blockNumber),
    block_hash: `0x${createHash('sha256').update(`${chain.id}/${blockNumber}`).digest('hex')}`,
    transaction_hash: `0x${random.hex(8)}`,
    log_index: random.integer(0, 400),
    contract_address: endpoint.contracts.length > 0 ? random.pick(endpoint.contracts) : `0x${random.hex(5)}`,
    topics: [signature ?? shape.topic0, ...shape.indexed.map((word) => `0x${makeWord(random, word)}`)],
    data: `0x${makeData(random, shape)}`,
  };
}

const makeData = (random: Random, shape: EventShape) =>
  shape.data.map((word) => makeWord(random, word)).join('');

function makeWord(random: Random, word: Word): string {
  return random.hex(significantWords[word]).padStart(64, '0');
}

/** None for one event in twenty, two for one in five. */
export function drawReceivers(
  random: Random,
  endpoint: TargetEndpoint,
  endpoints: readonly TargetEndpoint[],
): TargetEndpoint[] {
  if (random.chance(NO_ATTEMPT_SHARE)) return [];
  const second = random.chance(SECOND_ENDPOINT_SHARE) ? random.pick(endpoints) : endpoint;
  return second === endpoint ? [endpoint] : [endpoint, second];
}

export function inFlightAttempt(eventId: string, endpointId: string, attemptNumber: number): AttemptRow {
  return {
    event_id: eventId,
    endpoint_id: endpointId,
    attempt_number: attemptNumber,
    http_status_code: null,
    response_body: null,
    error_message: null,
    completed_at: null,
    duration_ms: null,
    success: null,
    should_retry: false,
    next_retry_at: null,
  };
}

export function completedAttempt(
  attempt: AttemptRow,
  outcome: Outcome,
  nextRetryAt: Date | null,
): AttemptRow {
  return {
    ...attempt,
    http_status_code: outcome.httpStatusCode,
    response_body: outcome.responseBody,
    error_message: outcome.errorMessage,
    completed_at: formatTime(new Date()),
    duration_ms: outcome.durationMs,
    success: outcome.success,
    should_retry: outcome.shouldRetry,
    next_retry_at: nextRetryAt && formatTime(nextRetryAt),
  };
}

/** With microseconds, as the read-back writes it. */
const formatTime = (time: Date) => `${time.toISOString().slice(0, -1)}000Z`;
