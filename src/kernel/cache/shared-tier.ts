import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { L2CacheDriver } from 'bentocache/types';
import { Budget } from './budget.js';
import { assertAll, type RedisLink } from './redis-link.js';
import { answerName, lockName } from './redis-names.js';

/** Who reads for the others has so long; then somebody else does. */
const LOCK_MS = 2000;
/** How long the others wait for what it reads, before they read by themselves. */
const WAIT_MS = 2000;
const POLL_MS = 20;

/** The answer where it is fresh, which is to say that more than ARGV[3] ms of it are left; 1: the lock is ours; 0: another's. */
const TAKE = `
  if redis.call('PTTL', KEYS[1]) > tonumber(ARGV[3]) then return redis.call('GET', KEYS[1]) end
  if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
  return 0`;
/** A lock that has ended may be another's by now. */
const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

/** bentocache's second tier: what the processes share, on a Redis that may go at any time, and a lock for each answer. */
export class SharedTier implements L2CacheDriver {
  readonly type = 'l2';
  private readonly budgets = new Map<string, Budget>();
  private readonly locks = new Map<string, string>();

  constructor(private readonly link: RedisLink) {}

  /** What Redis is asked for this key meanwhile takes no more than the budget. */
  async within<T>(key: string, budget: Budget, work: () => Promise<T>): Promise<T> {
    this.budgets.set(key, budget);
    try {
      return await work();
    } finally {
      this.budgets.delete(key);
    }
  }

  async get(key: string): Promise<string | undefined> {
    const budget = this.budgets.get(key) ?? new Budget();
    return (await this.link.use(budget, (redis) => redis.get(answerName(key)))) ?? undefined;
  }

  /** Does not wait for Redis. Gives the lock back together with the answer. */
  set(key: string, value: string, ttlMs?: number): Promise<boolean> {
    const token = this.locks.get(key);
    this.locks.delete(key);
    void this.link.use(new Budget(), async (redis) => {
      const pipeline = redis.pipeline().set(answerName(key), value, 'PX', Math.ceil(ttlMs ?? LOCK_MS));
      if (token !== undefined) pipeline.eval(RELEASE, 1, lockName(key), token);
      assertAll(await pipeline.exec());
    });
    return Promise.resolve(true);
  }

  /**
   * What another process has read, or is reading just now. Undefined where this one has to read: nobody else does, it takes
   * too long, or Redis goes.
   */
  async take(key: string, staleMs: number): Promise<string | undefined> {
    const token = randomUUID();
    let budget = this.budgets.get(key) ?? new Budget();
    const until = performance.now() + WAIT_MS;
    while (performance.now() < until) {
      const found = await this.link.use(budget, (redis) =>
        redis.eval(TAKE, 2, answerName(key), lockName(key), token, LOCK_MS, staleMs),
      );
      if (typeof found === 'string') return found;
      if (found === 1) this.locks.set(key, token);
      if (found !== 0) break;
      await sleep(POLL_MS);
      budget = new Budget();
    }
    return undefined;
  }

  /** After a read that gave nothing to be stored. */
  release(key: string): void {
    const token = this.locks.get(key);
    this.locks.delete(key);
    if (token === undefined) return;
    void this.link.use(new Budget(), (redis) => redis.eval(RELEASE, 1, lockName(key), token));
  }

  async delete(key: string): Promise<boolean> {
    return ((await this.link.use(new Budget(), (redis) => redis.unlink(answerName(key)))) ?? 0) > 0;
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    return (await Promise.all(keys.map((key) => this.delete(key)))).every(Boolean);
  }

  async pull(key: string): Promise<string | undefined> {
    const value = await this.get(key);
    await this.delete(key);
    return value;
  }

  /** Keys have no common beginning here: all is cleared by its tag. */
  clear(): Promise<void> {
    return Promise.resolve();
  }

  namespace(): this {
    return this;
  }

  disconnect(): Promise<void> {
    return Promise.resolve();
  }
}
