import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain-error.js';
import { ADMIN_ROUTE, PUBLIC_ROUTE } from './auth-user.js';
import { Tokens } from './tokens.js';

/** Guards every route: a route without a decorator needs a token, so a forgotten one is closed, not open. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly tokens: Tokens,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.marked(PUBLIC_ROUTE, context)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    request.user = this.tokens.verify(bearerToken(request));
    if (this.marked(ADMIN_ROUTE, context) && !request.user.isAdmin)
      throw new DomainError('forbidden', 'admin_only', 'Administrators only');
    return true;
  }

  private marked(key: string, context: ExecutionContext): boolean {
    return (
      this.reflector.getAllAndOverride<boolean>(key, [context.getHandler(), context.getClass()]) ?? false
    );
  }
}

function bearerToken({ headers: { authorization } }: FastifyRequest): string {
  if (!authorization)
    throw new DomainError('unauthenticated', 'missing_token', 'Missing authorization token');
  // RFC 9110: the scheme is case-insensitive.
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (token === undefined)
    throw new DomainError('unauthenticated', 'invalid_token', 'Invalid or expired token');
  return token;
}
