import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Budget } from './budget.js';
import { kindOfTrouble, tellTrouble, type TroubleKind } from './redis-trouble.js';
import { CHANNEL, PROBE } from './redis-names.js';
import { RedisSession } from './redis-session.js';

const BEAT_MS = 250;
const RETRY_MS = 300;
const PROBE_MS = 1000;

export interface LinkListener {
  /** A session begins; it counts once this has come to its end. */
  greet(redis: Redis): Promise<void>;
  heard(message: string): void;
  /** What was heard until now holds no more. */
  changed(): void;
}

/**
 * Redis as a guest: of use or not, nothing in between. The first trouble of any kind ends its use for everybody at once
 * (the breaker is open), and a loop tries to get it back. It is also asked while nobody needs it, so that a frozen one is
 * known within BEAT_MS and the budget.
 */
export class RedisLink {
  private readonly logger = new Logger('Cache');
  private session: RedisSession | null = null;
  private isSaidToBe: 'up' | 'away' | null = null;
  private stopped = false;
  private timer: NodeJS.Timeout | null = null;
  private listener: LinkListener = { greet: () => Promise.resolve(), heard: ignore, changed: ignore };

  constructor(
    private readonly url: string | undefined,
    private readonly onTrouble: (kind: TroubleKind) => void,
  ) {}

  /** Before it is started. */
  listen(listener: LinkListener): void {
    this.listener = listener;
  }

  /** Whether there should be a Redis. */
  get isWanted(): boolean {
    return this.url !== undefined;
  }

  get isUp(): boolean {
    return this.session !== null;
  }

  /** Waits for the first attempt, which takes a second or two at most. */
  async start(): Promise<void> {
    if (this.isWanted) await this.step();
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.session?.close();
    this.session = null;
  }

  /** Undefined where Redis is of no use, or is no more when this ends; never rejects. */
  async use<T>(budget: Budget, work: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    const { session } = this;
    if (session === null) return undefined;
    try {
      return await budget.spend(work(session.redis));
    } catch (error) {
      this.lose(session, error);
      return undefined;
    }
  }

  private async step(): Promise<void> {
    if (this.session === null) await this.open();
    else await this.beat(this.session);
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.step(), this.session === null ? RETRY_MS : BEAT_MS);
    this.timer.unref();
  }

  private async open(): Promise<void> {
    const session = await this.opened().catch((error: unknown) => void this.away(error));
    if (session === undefined) return;
    if (this.stopped) return session.close();
    this.session = session;
    this.listener.changed();
    if (this.isSaidToBe === 'away') this.logger.warn('the cache has its Redis again');
    this.isSaidToBe = 'up';
  }

  /** A Redis that is too slow, or takes no writes, does not count. */
  private async opened(): Promise<RedisSession> {
    const session = await RedisSession.open(this.url ?? '', CHANNEL, {
      onMessage: (text) => this.listener.heard(text),
      onLost: (error) => this.lose(session, error),
    });
    try {
      await session.ping();
      await new Budget().spend(session.redis.set(PROBE, '1', 'PX', PROBE_MS));
      await new Budget().spend(this.listener.greet(session.redis));
      session.assertOpen();
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  private async beat(session: RedisSession): Promise<void> {
    try {
      await session.ping();
    } catch (error) {
      this.lose(session, error);
    }
  }

  private lose(session: RedisSession, error: unknown): void {
    if (this.session !== session) return;
    this.session = null;
    session.close();
    this.listener.changed();
    this.away(error);
  }

  private away(error: unknown): void {
    if (this.stopped) return;
    this.onTrouble(kindOfTrouble(error));
    if (this.isSaidToBe === 'away') return;
    this.isSaidToBe = 'away';
    this.logger.warn(`the cache goes on without its Redis: ${tellTrouble(error)}`);
  }
}

const ignore = () => undefined;

/** What a pipeline's commands gave; throws the first error of them. */
export function assertAll(
  results: readonly (readonly [error: Error | null, result: unknown])[] | null,
): unknown[] {
  if (results === null) throw new Error('a transaction was discarded');
  return results.map(([error, result]) => {
    if (error !== null) throw error;
    return result;
  });
}
