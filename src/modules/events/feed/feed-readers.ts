import type { FeedBatch, FeedSink } from './feed-walk.js';

/** Somebody who takes what comes to a user. Its methods must not throw. */
export interface FeedReader {
  readonly userId: string;
  readonly onEvents?: (batch: FeedBatch) => void;
  /** Attempts were inserted, or their outcomes written. */
  readonly onWritten?: () => void;
  readonly onReset?: () => void;
}

/** Who listens, by what they listen to. */
export class FeedReaders implements FeedSink {
  private readonly all = new Set<FeedReader>();
  private readonly ofEvents = new Map<string, Set<FeedReader>>();
  private readonly ofWritten = new Map<string, Set<FeedReader>>();

  get size(): number {
    return this.all.size;
  }

  get eventUsers(): readonly string[] {
    return [...this.ofEvents.keys()];
  }

  get writtenUsers(): readonly string[] {
    return [...this.ofWritten.keys()];
  }

  add(reader: FeedReader): void {
    this.all.add(reader);
    for (const users of this.listsOf(reader)) {
      const known = users.get(reader.userId);
      if (known === undefined) users.set(reader.userId, new Set([reader]));
      else known.add(reader);
    }
  }

  delete(reader: FeedReader): void {
    this.all.delete(reader);
    for (const users of this.listsOf(reader)) {
      const known = users.get(reader.userId);
      known?.delete(reader);
      if (known?.size === 0) users.delete(reader.userId);
    }
  }

  onEvents(userId: string, batch: FeedBatch): void {
    for (const reader of this.ofEvents.get(userId) ?? []) reader.onEvents?.(batch);
  }

  onWritten(userIds: readonly string[]): void {
    for (const userId of userIds) for (const reader of this.ofWritten.get(userId) ?? []) reader.onWritten?.();
  }

  onReset(): void {
    for (const reader of this.all) reader.onReset?.();
  }

  private listsOf({ onEvents, onWritten }: FeedReader) {
    return [...(onEvents ? [this.ofEvents] : []), ...(onWritten ? [this.ofWritten] : [])];
  }
}
