import type { WebSocket } from 'ws';
import type { EndReason, LiveSocket } from './seat.js';

const BEAT_EVERY_MS = 30_000;
const CLOSE_WITHIN_MS = 1000;

const codes: Readonly<Record<EndReason, readonly [code: number, reason: string]>> = {
  done: [1000, 'That was all'],
  expired: [4401, 'The token has expired'],
  slow: [1013, 'Too slow'],
  dead: [1013, 'No answer to a ping'],
  lost: [1011, 'Internal error'],
  shutdown: [1001, 'The server is shutting down'],
};

/** Messages to a WebSocket; what it sends is not for anybody. */
export class WsSocket implements LiveSocket {
  readonly beatEveryMs = BEAT_EVERY_MS;
  private isAlive = true;

  constructor(private readonly socket: WebSocket) {
    socket.on('pong', () => (this.isAlive = true));
    // Too large a message, or no message at all; it closes by itself.
    socket.on('error', () => undefined);
  }

  get unsentBytes(): number {
    return this.socket.bufferedAmount;
  }

  send(text: string): void {
    this.socket.send(text, ignoreError);
  }

  beat(): boolean {
    if (!this.isAlive) return false;
    this.isAlive = false;
    this.socket.ping(undefined, undefined, ignoreError);
    return true;
  }

  end(reason: EndReason): void {
    this.socket.close(...codes[reason]);
    setTimeout(() => this.destroy(), CLOSE_WITHIN_MS).unref();
  }

  destroy(): void {
    this.socket.terminate();
  }
}

// One that has just closed refuses what is sent to it; its close is what counts.
const ignoreError = () => undefined;
