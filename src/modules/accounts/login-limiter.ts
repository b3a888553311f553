import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { APP_CONFIG, type AppConfig } from '../../kernel/config/config.js';
import { tooManyLogins } from './accounts.errors.js';
import { takePoint } from './rate-limit.js';

// One address may stand for an office, so it gets more tries than one account from that address.
const FAILURES_PER_ADDRESS_FACTOR = 10;

/**
 * Brute-force limit: failed logins of an account from an address, and of an address over all accounts.
 * An account alone is not locked, or anybody could lock anybody out. Counted per process.
 */
@Injectable()
export class LoginLimiter {
  private readonly perAccount: RateLimiterMemory;
  private readonly perAddress: RateLimiterMemory;

  constructor(@Inject(APP_CONFIG) { auth }: AppConfig) {
    const duration = auth.loginWindowSeconds;
    this.perAccount = new RateLimiterMemory({ points: auth.loginMaxFailures, duration });
    this.perAddress = new RateLimiterMemory({
      points: auth.loginMaxFailures * FAILURES_PER_ADDRESS_FACTOR,
      duration,
    });
  }

  /** Counts an attempt as failed before it is known, so that parallel guesses count too; throws 429. */
  async admit(email: string, ip: string): Promise<void> {
    await takePoint(this.perAccount, accountKey(email, ip), tooManyLogins);
    await takePoint(this.perAddress, ip, tooManyLogins);
  }

  /** The attempt was right after all. */
  async succeeded(email: string, ip: string): Promise<void> {
    await this.perAccount.delete(accountKey(email, ip));
    await this.perAddress.reward(ip);
  }

  /** The attempt was never judged, e.g. because the database was away. */
  async withdrawn(email: string, ip: string): Promise<void> {
    await this.perAccount.reward(accountKey(email, ip));
    await this.perAddress.reward(ip);
  }
}

const accountKey = (email: string, ip: string) => `${ip} ${email.toLowerCase()}`;
