import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain-error.js';
import { ADMIN_ROUTE, PUBLIC_ROUTE, QUERY_TOKEN_ROUTE } from './auth-user.js';
import { bearerToken } from './bearer-token.js';
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
    request.user = this.tokens.verify(this.tokenOf(request, context));
    if (this.marked(ADMIN_ROUTE, context) && !request.user.isAdmin)
      throw new DomainError('forbidden', 'admin_only', 'Administrators only');
    return true;
  }

  private tokenOf({ headers, query }: FastifyRequest, context: ExecutionContext): string {
    const { token } = query as { token?: unknown };
    const mayBeInQuery = typeof token === 'string' && this.marked(QUERY_TOKEN_ROUTE, context);
    return bearerToken(headers.authorization, mayBeInQuery ? token : null);
  }

  private marked(key: string, context: ExecutionContext): boolean {
    return (
      this.reflector.getAllAndOverride<boolean>(key, [context.getHandler(), context.getClass()]) ?? false
    );
  }
}
