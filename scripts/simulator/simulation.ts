import { drawBackoffUs, drawOutcome, type Outcome } from '../../src/demo/delivery-outcomes.js';
import type { Random } from '../../src/demo/random.js';
import type { TargetEndpoint } from './endpoints.js';
import type { LedgerFile } from './ledger-file.js';
import { completedAttempt, drawReceivers, inFlightAttempt, makeEvent, type AttemptRow } from './made-rows.js';
import type { Pacer } from './pacer.js';
import { insertAttempt, insertEvents, updateAttempt } from './statements.js';
import { Tally } from './tally.js';
import type { WriterConnection } from './writer-connection.js';
import { WrittenRows } from './written-rows.js';

/** A delivery that may begin. */
interface DueAttempt {
  eventId: string;
  endpoint: TargetEndpoint;
  attemptNumber: number;
}

/** A delivery that has ended and is still in flight in the database. */
interface DueUpdate extends DueAttempt {
  attempt: number;
  content: AttemptRow;
  outcome: Outcome;
}

const SINGLE_EVENT_SHARE = 0.7;
const MAX_EVENTS_AT_ONCE = 10;
const FIRST_FAILURE = 0.065;
const IDLE_MS = 2;

/** What the writers share: the work that is due, and what was acknowledged. */
export class Simulation {
  readonly tally = new Tally();
  readonly events: WrittenRows;
  readonly attempts: WrittenRows;
  private readonly dueAttempts: DueAttempt[] = [];
  private readonly dueUpdates: DueUpdate[] = [];
  private nextBatch = 1;

  /** `runKey` is new in every run: the ids come from it. */
  constructor(
    runKey: string,
    private readonly random: Random,
    public endpoints: readonly TargetEndpoint[],
    private readonly pacer: Pacer,
    private readonly ledger: LedgerFile | null,
  ) {
    this.events = new WrittenRows(runKey, 1);
    this.attempts = new WrittenRows(runKey, 2);
  }

  /** Writes one statement after the other until `stop` fires; deliveries that have not ended by then stay in flight. */
  async runWriter(connection: WriterConnection, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const update = this.dueUpdates.shift();
      if (update) await this.completeAttempt(connection, update);
      else if (this.dueAttempts.length > 0 && this.pacer.take(1)) {
        await this.beginAttempt(connection, this.dueAttempts.shift() as DueAttempt);
      } else if (this.dueAttempts.length === 0 && this.pacer.take(this.nextBatch)) {
        await this.ingest(connection, this.nextBatch);
      } else await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    }
  }

  private async ingest(connection: WriterConnection, count: number): Promise<void> {
    const { random } = this;
    this.nextBatch = random.chance(SINGLE_EVENT_SHARE) ? 1 : random.integer(2, MAX_EVENTS_AT_ONCE);
    const made = Array.from({ length: count }, () => {
      const endpoint = this.drawEndpoint();
      const event = this.events.add();
      return { event, id: this.events.idOf(event), row: makeEvent(random, endpoint), endpoint };
    });
    const written = await connection.write(insertEvents(made));
    if (!written) return;
    this.tally.count(written);
    if (written.kind === 'unknown') for (const { event } of made) this.events.insertUnknown(event);
    if (written.kind !== 'acknowledged') return;
    this.tally.events += count;
    for (const { event, id, row, endpoint } of made) {
      this.events.acknowledge(event, row);
      this.ledger?.write({ op: 'insert', table: 'events', id, row });
      for (const receiver of drawReceivers(random, endpoint, this.endpoints)) {
        this.dueAttempts.push({ eventId: id, endpoint: receiver, attemptNumber: 1 });
      }
    }
  }

  private async beginAttempt(connection: WriterConnection, due: DueAttempt): Promise<void> {
    const attempt = this.attempts.add();
    const id = this.attempts.idOf(attempt);
    const content = inFlightAttempt(due.eventId, due.endpoint.id, due.attemptNumber);
    const written = await connection.write(insertAttempt(id, content));
    if (!written) return;
    this.tally.count(written);
    if (written.kind === 'unknown') this.attempts.insertUnknown(attempt);
    if (written.kind !== 'acknowledged') return;
    this.tally.attempts++;
    if (due.attemptNumber > 1) this.tally.retries++;
    this.attempts.acknowledge(attempt, content);
    this.ledger?.write({ op: 'insert', table: 'delivery_attempts', id, row: content });
    const outcome = drawOutcome(this.random, due.endpoint, FIRST_FAILURE, due.attemptNumber, 0);
    later(outcome.durationMs, () => this.dueUpdates.push({ ...due, attempt, content, outcome }));
  }

  private async completeAttempt(connection: WriterConnection, update: DueUpdate): Promise<void> {
    const { attempt, outcome, attemptNumber, endpoint } = update;
    const retries = outcome.shouldRetry && attemptNumber < endpoint.maxRetries;
    const backoffMs = drawBackoffUs(this.random, attemptNumber) / 1000;
    const id = this.attempts.idOf(attempt);
    const row = completedAttempt(update.content, outcome, retries ? new Date(Date.now() + backoffMs) : null);
    const written = await connection.write(updateAttempt(id, row));
    if (!written) return;
    this.tally.count(written);
    if (written.kind === 'unknown') this.attempts.updateUnknown(attempt, row);
    // A row that is gone was not updated: reading back finds it lost.
    if (written.kind !== 'acknowledged' || written.rowCount === 0) return;
    this.tally.updates++;
    this.attempts.acknowledge(attempt, row);
    this.ledger?.write({ op: 'update', table: 'delivery_attempts', id, row });
    const retry = { eventId: update.eventId, endpoint, attemptNumber: attemptNumber + 1 };
    if (retries) later(backoffMs, () => this.dueAttempts.push(retry));
  }

  /** The first ones most: traffic is never even. */
  private drawEndpoint(): TargetEndpoint {
    const index = Math.floor(this.random.unit() ** 2 * this.endpoints.length);
    return this.endpoints[index] as TargetEndpoint;
  }
}

/** Does not keep the process alive. */
function later(delayMs: number, run: () => void): void {
  setTimeout(run, delayMs).unref();
}
