import type { PlannedEndpoint } from './planned-accounts.js';
import { CopyRows } from './copy-rows.js';
import type { DemoPlan } from './demo-plan.js';
import type { DemoAttempt, DemoEvent } from './event-generator.js';
import { eventShapes, significantWords, type EventShape, type Word } from './event-shapes.js';
import { Random, stream } from './random.js';

export const eventColumns =
  'id, block_number, block_hash, transaction_hash, log_index, contract_address, topics, data, ingested_at, processed_at';
export const attemptColumns =
  'id, event_id, endpoint_id, attempt_number, http_status_code, response_body, error_message, attempted_at, ' +
  'completed_at, duration_ms, success, should_retry, next_retry_at';

const PREFIX = Buffer.from('0x');
const encodedTopic0 = eventShapes.map((shape) => Buffer.from(shape.topic0));

/** Writes the rows of events and their attempts, hashes, topics and data included. */
export class EventRows {
  private readonly payload: Random;
  private readonly block: Random;

  constructor(private readonly plan: DemoPlan) {
    this.payload = new Random(plan.key);
    this.block = new Random(plan.key);
  }

  writeEvent(rows: CopyRows, event: DemoEvent): void {
    const { feed } = event;
    const shape = eventShapes[feed.shapeIndex] as EventShape;
    this.payload.seek(stream.payloads, event.index);
    this.block.seek(stream.blocks + feed.chainIndex, event.blockNumber);
    rows.beginRow(10);
    rows.uuid(event.id);
    rows.bigint(event.blockNumber);
    writeHash(rows, this.block);
    writeHash(rows, this.payload);
    rows.integer(event.logIndex);
    rows.text(feed.contract);
    this.writeTopics(rows, shape, encodedTopic0[feed.shapeIndex] as Buffer);
    this.writeData(rows, shape);
    rows.timestamp(event.ingestedAtUs);
    rows.timestamp(event.processedAtUs);
  }

  writeAttempt(rows: CopyRows, event: DemoEvent, attempt: DemoAttempt): void {
    const endpoint = this.plan.accounts.endpoints[attempt.endpointIndex] as PlannedEndpoint;
    const { outcome } = attempt;
    rows.beginRow(13);
    rows.uuid(attempt.id);
    rows.uuid(event.id);
    rows.uuid(endpoint.id);
    rows.integer(attempt.attemptNumber);
    rows.integer(outcome?.httpStatusCode ?? null);
    rows.text(outcome?.responseBody ?? null);
    rows.text(outcome?.errorMessage ?? null);
    rows.timestamp(attempt.attemptedAtUs);
    rows.timestamp(attempt.completedAtUs);
    rows.integer(outcome?.durationMs ?? null);
    rows.boolean(outcome?.success ?? null);
    rows.boolean(outcome?.shouldRetry ?? false);
    rows.timestamp(attempt.nextRetryAtUs);
  }

  private writeTopics(rows: CopyRows, shape: EventShape, topic0: Buffer): void {
    const field = rows.beginField();
    rows.beginArray('text', 1 + shape.indexed.length);
    let start = rows.beginField();
    rows.bytes(topic0);
    rows.endField(start);
    for (const word of shape.indexed) {
      start = rows.beginField();
      rows.bytes(PREFIX);
      this.writeWord(rows, word);
      rows.endField(start);
    }
    rows.endField(field);
  }

  private writeData(rows: CopyRows, shape: EventShape): void {
    const start = rows.beginField();
    rows.bytes(PREFIX);
    for (const word of shape.data) this.writeWord(rows, word);
    rows.endField(start);
  }

  private writeWord(rows: CopyRows, word: Word): void {
    const significant = significantWords[word];
    for (let i = 8; i > significant; i--)
      rows.hexWord(word === 'flag' && i === 1 ? this.payload.uint32() & 1 : 0);
    for (let i = 0; i < significant; i++) rows.hexWord(this.payload.uint32());
  }
}

function writeHash(rows: CopyRows, random: Random): void {
  const start = rows.beginField();
  rows.bytes(PREFIX);
  for (let i = 0; i < 8; i++) rows.hexWord(random.uint32());
  rows.endField(start);
}
