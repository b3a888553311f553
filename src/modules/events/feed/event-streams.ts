import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthUser } from '../../../kernel/auth/auth-user.js';
import { LiveStreams } from '../../../kernel/live/live-streams.js';
import type { Seat } from '../../../kernel/live/seat.js';
import { Slots } from '../../../kernel/live/slots.js';
import { SseSocket } from '../../../kernel/live/sse-socket.js';
import { Upgrades, type Prepared } from '../../../kernel/live/upgrades.js';
import type { FoldSnapshot } from '../live/attempt-changes.js';
import { EventFeed } from './event-feed.js';
import { EventTexts } from './event-texts.js';
import { FeedPositions, type FeedPosition } from './feed-positions.js';
import { CannotResumeError, replayFeed } from './feed-replay.js';
import { feedScopeOf, type FeedScope } from './feed-scope.js';
import { FeedReads } from './feed.reads.js';
import { resetMessage, SseReader } from './sse-reader.js';

/** Who reads what has been missed; the others wait, and are not connected yet. */
const REPLAYS_AT_ONCE = 2;
const RETRY_MS = 2000;
/** A replay goes on when the reader has read all but this. */
const MAX_REPLAY_UNSENT_BYTES = 256 * 1024;
const UNREAD_FOR_MS = 10_000;
const UNREAD_STEP_MS = 10;

/** Events as they come, as server-sent events and over WebSockets. */
@Injectable()
export class EventStreams implements OnModuleInit {
  private readonly logger = new Logger(EventStreams.name);
  private readonly replays = new Slots(REPLAYS_AT_ONCE);
  private readonly texts: EventTexts;

  constructor(
    private readonly feed: EventFeed,
    private readonly reads: FeedReads,
    private readonly positions: FeedPositions,
    private readonly streams: LiveStreams,
    private readonly upgrades: Upgrades,
  ) {
    this.texts = new EventTexts(positions);
  }

  onModuleInit(): void {
    this.upgrades.route('/ws/events', { kind: 'ws_events', prepare: (user) => this.prepareWs(user) });
  }

  /** Throws 400 for a last id that is not one, 429 and 503 where there are too many streams or no database. */
  async openSse(
    user: AuthUser,
    lastId: { header?: string; query?: string },
    reply: FastifyReply,
  ): Promise<void> {
    const scope = feedScopeOf(user);
    const text = lastId.header || lastId.query;
    const field = lastId.header ? 'Last-Event-ID' : 'last_event_id';
    const position = text ? this.positions.decode(text, scope, field) : null;
    const seat = this.streams.take('sse_events', user);
    reply.raw.once('close', () => seat.leave());
    try {
      await (position === null
        ? this.startSse(scope, seat, reply, null)
        : this.replays.run(() => this.startSse(scope, seat, reply, position)));
    } catch (error) {
      // What has begun cannot be answered otherwise any more; EventSource comes back with its last id.
      if (!reply.sent) {
        seat.leave();
        throw error;
      }
      this.logger.warn(`a stream ends while it is given what it has missed: ${(error as Error).message}`);
      seat.end('lost');
    }
  }

  private async startSse(
    scope: FeedScope,
    seat: Seat,
    reply: FastifyReply,
    position: FeedPosition | null,
  ): Promise<void> {
    const reader = new SseReader(scope.userId, seat, (batch) =>
      seat.send(this.texts.sse(batch, scope), batch.events.length),
    );
    reply.raw.once('close', () => this.feed.leave(reader));
    const now = seat.isOpen ? await this.feed.join(reader) : null;
    if (now === null) return;
    seat.occupy(SseSocket.begin(reply, () => this.idLine(reader, scope)));
    const id = this.positions.encode(position ?? { at: now }, scope);
    // Without data: EventSource keeps the id, and tells nobody.
    seat.send(`retry: ${RETRY_MS}\nid: ${id}\n\n`, 0);
    if (position !== null) await this.replay(scope, seat, position, now);
    reader.goLive();
  }

  private async replay(
    scope: FeedScope,
    seat: Seat,
    position: FeedPosition,
    now: FoldSnapshot,
  ): Promise<void> {
    try {
      for await (const batch of replayFeed(this.reads, scope.userId, position, now)) {
        seat.send(this.texts.sse(batch, scope), batch.events.length);
        await untilRead(seat);
        if (!seat.isOpen) return;
      }
    } catch (error) {
      if (!(error instanceof CannotResumeError)) throw error;
      seat.send(resetMessage(this.positions.encode({ at: now }, scope)));
    }
  }

  /** With each beat, so that the position of a quiet tenant does not grow old. */
  private idLine(reader: SseReader, scope: FeedScope): string {
    const { boundary } = this.feed;
    if (boundary === null || !reader.isLive) return '';
    return `id: ${this.positions.encode({ at: boundary }, scope)}\n`;
  }

  private async prepareWs(user: AuthUser): Promise<Prepared> {
    const { userId } = feedScopeOf(user);
    let seat: Seat | null = null;
    const reader = {
      userId,
      onEvents: (batch: Parameters<EventTexts['ws']>[0]) => {
        for (const text of this.texts.ws(batch)) seat?.send(text);
      },
    };
    await this.feed.join(reader);
    return {
      // In the same turn of the event loop: nothing comes between.
      begin: (taken) => {
        seat = taken;
        seat.send(connected, 0);
      },
      end: () => this.feed.leave(reader),
    };
  }
}

const connected = JSON.stringify({ type: 'connected', message: 'Connected to event stream' });

async function untilRead(seat: Seat): Promise<void> {
  for (let waited = 0; seat.isOpen && seat.unsentBytes > MAX_REPLAY_UNSENT_BYTES; waited += UNREAD_STEP_MS) {
    if (waited >= UNREAD_FOR_MS) return seat.end('slow');
    await sleep(UNREAD_STEP_MS);
  }
}
