import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { APP_CONFIG, type AppConfig } from '../config/config.js';
import { DomainError } from '../errors/domain-error.js';
import type { AuthUser } from './auth-user.js';

/** EthHook's claims: tokens of the old API with the same secret stay valid, and ours are valid there. */
const claimsSchema = z.object({
  sub: z.guid(),
  email: z.string(),
  is_admin: z.boolean(),
  exp: z.number(),
  iat: z.number(),
});

const MAX_VERIFIED = 5000;

/** Signs and verifies JWTs, HS256 only. */
@Injectable()
export class Tokens {
  /** A signature that was right stays right; only the time has to be looked at again. */
  private readonly verified = new LRUCache<string, AuthUser & { expiresAt: number }>({ max: MAX_VERIFIED });

  constructor(
    private readonly jwt: JwtService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  sign(user: AuthUser): string {
    const { jwtExpirationHours } = this.config.auth;
    return this.jwt.sign(
      { sub: user.userId, email: user.email, is_admin: user.isAdmin },
      { algorithm: 'HS256', expiresIn: jwtExpirationHours * 3600 },
    );
  }

  /** Throws 401 invalid_token for anything but a complete, unexpired token of this secret. */
  verify(token: string): AuthUser {
    const known = this.verified.get(token);
    if (known !== undefined && Date.now() < known.expiresAt) return known;
    const user = this.check(token);
    this.verified.set(token, user);
    return user;
  }

  private check(token: string): AuthUser & { expiresAt: number } {
    try {
      const payload: unknown = this.jwt.verify(token, { algorithms: ['HS256'] });
      const { sub, email, is_admin, exp } = claimsSchema.parse(payload);
      return { userId: sub.toLowerCase(), email, isAdmin: is_admin, expiresAt: exp * 1000 };
    } catch (cause) {
      throw new DomainError('unauthenticated', 'invalid_token', 'Invalid or expired token', { cause });
    }
  }
}
