import { Redis } from 'ioredis';
import { Budget } from './budget.js';

const OPEN_TIMEOUT_MS = 1000;

interface Listener {
  onMessage: (text: string) => void;
  /** Called once, at the first trouble of an open session. */
  onLost: (error: Error) => void;
}

/**
 * Two connections to Redis, one for commands and one that listens, from their opening to the first trouble of either.
 * ioredis would reconnect by itself, and nobody would know what was missed meanwhile: here there is a new session, or none.
 */
export class RedisSession {
  private lost: Error | undefined;
  private isClosed = false;

  private constructor(
    readonly redis: Redis,
    private readonly bus: Redis,
  ) {}

  /** Throws what kept it from opening, after a second at most. */
  static async open(url: string, channel: string, listener: Listener): Promise<RedisSession> {
    const [redis, bus] = [connection(url), connection(url)];
    const session = new RedisSession(redis, bus);
    let trouble: Error | undefined;
    for (const client of [redis, bus]) client.on('error', (error: Error) => (trouble ??= error));
    try {
      const budget = new Budget(OPEN_TIMEOUT_MS);
      await budget.spend(Promise.all([redis.connect(), bus.connect()]));
      await budget.spend(bus.subscribe(channel));
    } catch (error) {
      session.close();
      // What it is told at the end is that the connection is closed; why, it was told before.
      throw trouble ?? error;
    }
    bus.on('message', (_channel: string, text: string) => listener.onMessage(text));
    for (const client of [redis, bus])
      client.on('close', () => {
        if (session.isClosed || session.lost !== undefined) return;
        session.lost = trouble ?? new Error('the connection is closed');
        listener.onLost(session.lost);
      });
    return session;
  }

  /** Throws how it was lost. */
  assertOpen(): void {
    if (this.lost !== undefined) throw this.lost;
  }

  /** Whether both connections are answered. Throws LateError. */
  async ping(): Promise<void> {
    await new Budget().spend(Promise.all([this.redis.ping(), this.bus.ping()]));
  }

  close(): void {
    this.isClosed = true;
    this.redis.disconnect();
    this.bus.disconnect();
  }
}

const connection = (url: string) =>
  new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    connectTimeout: OPEN_TIMEOUT_MS,
    // A frozen one takes no leave.
    disconnectTimeout: 100,
    connectionName: 'ethhook-admin-cache',
  });
