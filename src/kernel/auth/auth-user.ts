import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Who asks: what the token's claims say. */
export interface AuthUser {
  readonly userId: string;
  readonly email: string;
  readonly isAdmin: boolean;
  /** When the token ends, in ms since 1970. */
  readonly expiresAt?: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    user?: AuthUser;
  }
}

export const PUBLIC_ROUTE = 'public-route';
export const ADMIN_ROUTE = 'admin-route';
export const QUERY_TOKEN_ROUTE = 'query-token-route';

/** No token needed. Every other route needs one. */
export const Public = () => SetMetadata(PUBLIC_ROUTE, true);
/** Only for users with is_admin. */
export const AdminOnly = () => SetMetadata(ADMIN_ROUTE, true);

/** Also takes `?token=`: for browsers' EventSource, which sends no headers. */
export const TokenMayBeInQuery = () => SetMetadata(QUERY_TOKEN_ROUTE, true);

/** The authenticated caller, as the guard left it on the request. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): AuthUser => {
  const { user } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!user) throw new Error('CurrentUser on a public route');
  return user;
});
