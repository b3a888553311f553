import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { APP_CONFIG, type AppConfig } from '../../kernel/config/config.js';
import { tooManyRegistrations } from './accounts.errors.js';
import { takePoint } from './rate-limit.js';

/**
 * Registrations of an address, as many as an account may have failed logins, in the same window: those that fail count
 * too, since each costs a hash and tells whether an e-mail address is known. Counted per process.
 */
@Injectable()
export class RegistrationLimiter {
  private readonly perAddress: RateLimiterMemory;

  constructor(@Inject(APP_CONFIG) { auth }: AppConfig) {
    this.perAddress = new RateLimiterMemory({
      points: auth.loginMaxFailures,
      duration: auth.loginWindowSeconds,
    });
  }

  /** Throws 429. */
  admit(ip: string): Promise<void> {
    return takePoint(this.perAddress, ip, tooManyRegistrations);
  }
}
