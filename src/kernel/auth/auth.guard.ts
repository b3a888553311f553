import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain-error.js';
import { ApiKeys, isApiKey } from './api-keys.js';
import { ADMIN_ROUTE, API_KEY_ROUTE, PUBLIC_ROUTE, QUERY_TOKEN_ROUTE, type AuthUser } from './auth-user.js';
import { bearerToken } from './bearer-token.js';
import { Tokens } from './tokens.js';

/** Guards every route: a route without a decorator needs a token, so a forgotten one is closed, not open. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly tokens: Tokens,
    private readonly apiKeys: ApiKeys,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.marked(PUBLIC_ROUTE, context)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const user = await this.authenticate(request, context);
    request.user = user;
    if (user.applicationId !== undefined && !this.marked(API_KEY_ROUTE, context))
      throw new DomainError('forbidden', 'api_key_not_allowed', 'An API key does not open this route');
    if (this.marked(ADMIN_ROUTE, context) && !user.isAdmin)
      throw new DomainError('forbidden', 'admin_only', 'Administrators only');
    return true;
  }

  private async authenticate(
    { headers, query }: FastifyRequest,
    context: ExecutionContext,
  ): Promise<AuthUser> {
    const { authorization, 'x-api-key': key } = headers;
    const { token } = query as { token?: unknown };
    const queried = typeof token === 'string' && this.marked(QUERY_TOKEN_ROUTE, context) ? token : null;
    if (key === undefined) return this.tokens.verify(bearerToken(authorization, queried));
    // Who sends both may believe in either.
    if (authorization !== undefined || queried !== null)
      throw unauthenticated('invalid_token', 'Send a token or an API key, not both');
    const user = typeof key === 'string' && isApiKey(key) ? await this.apiKeys.find(key) : undefined;
    if (user === undefined) throw unauthenticated('invalid_api_key', 'Invalid API key');
    return user;
  }

  private marked(key: string, context: ExecutionContext): boolean {
    return (
      this.reflector.getAllAndOverride<boolean>(key, [context.getHandler(), context.getClass()]) ?? false
    );
  }
}

const unauthenticated = (code: string, message: string) => new DomainError('unauthenticated', code, message);
