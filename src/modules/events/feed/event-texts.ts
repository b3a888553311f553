import { toMessage, toStreamedEvent } from './event-message.js';
import type { FeedPositions } from './feed-positions.js';
import type { FeedScope } from './feed-scope.js';
import type { FeedBatch } from './feed-walk.js';

/** What is sent of a batch, made once for all connections of its user. */
export class EventTexts {
  private readonly sseOf = new WeakMap<FeedBatch, string>();
  private readonly wsOf = new WeakMap<FeedBatch, readonly string[]>();

  constructor(private readonly positions: FeedPositions) {}

  sse(batch: FeedBatch, scope: FeedScope): string {
    const known = this.sseOf.get(batch);
    if (known !== undefined) return known;
    const { from: at, to, events } = batch;
    const text = events
      .map((row) => {
        const id = this.positions.encode({ at, step: { to, after: { at: row.at, id: row.id } } }, scope);
        return `event: event\nid: ${id}\ndata: ${JSON.stringify(toStreamedEvent(row))}\n\n`;
      })
      .join('');
    this.sseOf.set(batch, text);
    return text;
  }

  ws(batch: FeedBatch): readonly string[] {
    const known = this.wsOf.get(batch) ?? batch.events.map((row) => JSON.stringify(toMessage(row)));
    this.wsOf.set(batch, known);
    return known;
  }
}
