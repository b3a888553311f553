import { RateLimiterRes, type RateLimiterMemory } from 'rate-limiter-flexible';
import type { DomainError } from '../../kernel/errors/domain-error.js';

/** Takes a point of the key, or throws the refusal, with the seconds until there is one again. */
export async function takePoint(
  limiter: RateLimiterMemory,
  key: string,
  refusal: (retryAfterSeconds: number) => DomainError,
): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    throw refusal(Math.max(1, Math.ceil(refused.msBeforeNext / 1000)));
  }
}
