import { Logger } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

type Counted = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** After a failure Redis is not asked for so long: each try may cost its time-out. */
const REDIS_PAUSE_MS = 5000;

interface Limiters {
  readonly memory: RateLimiterMemory;
  readonly redis: RateLimiterRedis | null;
}

/**
 * Counts for all instances in Redis, and for this process alone where there is none or it does not answer. Windows are fixed:
 * they begin with a key's first request. @nestjs/throttler's own storage keeps a timer for each request.
 */
export class RateLimitStorage implements ThrottlerStorage {
  private readonly logger = new Logger(RateLimitStorage.name);
  private readonly limiters = new Map<string, Limiters>();
  private redisAwayUntil = -Infinity;
  failures = 0;

  constructor(private readonly redis: Redis | null) {}

  async increment(
    key: string,
    ttlMs: number,
    limit: number,
    _blockMs: number,
    name: string,
  ): Promise<Counted> {
    const limiters = this.limitersOf(name, limit, ttlMs / 1000);
    if (limiters.redis !== null && performance.now() >= this.redisAwayUntil) {
      try {
        const counted = await count(limiters.redis, key);
        this.answered();
        return counted;
      } catch {
        this.failed();
      }
    }
    return count(limiters.memory, key);
  }

  private limitersOf(name: string, points: number, duration: number): Limiters {
    const known = this.limiters.get(name);
    if (known !== undefined) return known;
    const options = { points, duration, keyPrefix: `ethhook-admin:rate:${name}` };
    const redis =
      this.redis === null
        ? null
        : new RateLimiterRedis({
            ...options,
            storeClient: this.redis,
            rejectIfRedisNotReady: true,
            // Who is over the limit is refused without asking it.
            inMemoryBlockOnConsumed: points + 1,
          });
    const limiters = { memory: new RateLimiterMemory(options), redis };
    this.limiters.set(name, limiters);
    return limiters;
  }

  private failed(): void {
    this.failures++;
    if (this.redisAwayUntil === -Infinity)
      this.logger.warn('Redis does not answer: rate limits count for this process alone');
    this.redisAwayUntil = performance.now() + REDIS_PAUSE_MS;
  }

  private answered(): void {
    // An answer to what was asked before the failure says nothing.
    if (this.redisAwayUntil === -Infinity || performance.now() < this.redisAwayUntil) return;
    this.redisAwayUntil = -Infinity;
    this.logger.log('Redis answers: rate limits count for all instances');
  }
}

async function count(limiter: RateLimiterMemory | RateLimiterRedis, key: string): Promise<Counted> {
  try {
    return toCounted(await limiter.consume(key), false);
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return toCounted(refused, true);
    throw refused;
  }
}

function toCounted({ consumedPoints, msBeforeNext }: RateLimiterRes, isBlocked: boolean): Counted {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
  return {
    totalHits: consumedPoints,
    timeToExpire: seconds,
    isBlocked,
    timeToBlockExpire: isBlocked ? seconds : 0,
  };
}
