import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
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

/** Signs and verifies JWTs, HS256 only. */
@Injectable()
export class Tokens {
  constructor(
    private readonly jwt: JwtService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  sign(user: AuthUser): string {
    const { jwtSecret, jwtExpirationHours } = this.config.auth;
    return this.jwt.sign(
      { sub: user.userId, email: user.email, is_admin: user.isAdmin },
      { secret: jwtSecret, algorithm: 'HS256', expiresIn: jwtExpirationHours * 3600 },
    );
  }

  /** Throws 401 invalid_token for anything but a complete, unexpired token of this secret. */
  verify(token: string): AuthUser {
    try {
      const payload: unknown = this.jwt.verify(token, {
        secret: this.config.auth.jwtSecret,
        algorithms: ['HS256'],
      });
      const { sub, email, is_admin, exp } = claimsSchema.parse(payload);
      return { userId: sub.toLowerCase(), email, isAdmin: is_admin, expiresAt: exp * 1000 };
    } catch (cause) {
      throw new DomainError('unauthenticated', 'invalid_token', 'Invalid or expired token', { cause });
    }
  }
}
