import type { AuthUser } from '../auth/auth-user.js';

/** What a reader may leave unread before it is dropped. */
export const MAX_UNSENT_BYTES = 1024 * 1024;

export const streamKinds = ['sse_events', 'sse_runs', 'ws_events', 'ws_stats'] as const;
export type StreamKind = (typeof streamKinds)[number];
/** `dead`: it does not answer; `lost`: what it is to get cannot be read; `done`: it has got all there is. */
export type EndReason = 'done' | 'expired' | 'slow' | 'dead' | 'lost' | 'shutdown';

/** One open connection, whatever it speaks. */
export interface LiveSocket {
  readonly beatEveryMs: number;
  readonly unsentBytes: number;
  send(text: string): void;
  /** Shows that somebody is there; false: nobody has answered the last one. */
  beat(): boolean;
  end(reason: EndReason): void;
  destroy(): void;
}

export interface SeatLog {
  sent(kind: StreamKind, messages: number): void;
  dropped(reason: EndReason): void;
  left(seat: Seat): void;
}

/** The place of a connection, from before it is answered until it is gone. */
export class Seat {
  private socket: LiveSocket | null = null;
  private isEnded = false;
  private beatAt = Infinity;

  constructor(
    readonly kind: StreamKind,
    readonly user: AuthUser,
    private readonly log: SeatLog,
  ) {}

  /** From here on it is looked after. */
  occupy(socket: LiveSocket): void {
    this.socket = socket;
    this.beatAt = performance.now() + socket.beatEveryMs;
  }

  /** The connection is gone. */
  leave(): void {
    this.isEnded = true;
    this.log.left(this);
  }

  /** A reader that has not read what came before is dropped. */
  send(text: string, messages = 1): void {
    if (this.isEnded || this.socket === null) return;
    this.socket.send(text);
    this.log.sent(this.kind, messages);
    if (this.socket.unsentBytes > MAX_UNSENT_BYTES) this.end('slow');
  }

  get unsentBytes(): number {
    return this.socket?.unsentBytes ?? 0;
  }

  get isOpen(): boolean {
    return !this.isEnded;
  }

  end(reason: EndReason): void {
    if (this.isEnded || this.socket === null) return;
    this.isEnded = true;
    this.log.dropped(reason);
    // What waits for a reader that does not read would wait on.
    if (reason === 'slow' || reason === 'dead') this.socket.destroy();
    else this.socket.end(reason);
  }

  destroy(): void {
    this.socket?.destroy();
  }

  /** Looks after the connection; a few times a minute is enough. */
  look(now: number): void {
    if (this.isEnded || this.socket === null) return;
    if ((this.user.expiresAt ?? Infinity) <= Date.now()) return this.end('expired');
    if (now < this.beatAt) return;
    this.beatAt = now + this.socket.beatEveryMs;
    if (!this.socket.beat()) this.end('dead');
  }
}
