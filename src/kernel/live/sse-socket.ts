import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { endSpan } from '../http/traced-requests.js';
import type { LiveSocket } from './seat.js';

const BEAT_EVERY_MS = 15_000;

/** Server-sent events on an answer that Fastify lets go of. */
export class SseSocket implements LiveSocket {
  readonly beatEveryMs = BEAT_EVERY_MS;

  private constructor(
    private readonly response: ServerResponse,
    /** Said at each beat beside a comment. */
    private readonly aside: () => string,
  ) {}

  /** Sends the headers that others have set, and those of a stream. */
  static begin(reply: FastifyReply, aside: () => string): SseSocket {
    reply.hijack();
    reply.request.leaveInFlight?.();
    endSpan(reply.request, reply);
    reply.request.becomeStream?.();
    const { raw } = reply;
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      // nginx would hold it back until its buffer is full.
      'X-Accel-Buffering': 'no',
    });
    raw.socket?.setNoDelay(true);
    return new SseSocket(raw, aside);
  }

  get unsentBytes(): number {
    return this.response.writableLength;
  }

  send(text: string): void {
    this.response.write(text);
  }

  /** A connection that is gone shows itself by what it leaves unread. */
  beat(): boolean {
    this.send(`: \n${this.aside()}\n`);
    return true;
  }

  end(): void {
    this.response.end();
  }

  destroy(): void {
    this.response.destroy();
  }
}
