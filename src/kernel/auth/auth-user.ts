import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

/** Whose rows are asked for: a tenant's, with an API key those of one application. */
export interface Caller {
  readonly userId: string;
  readonly applicationId?: string | undefined;
}

/** By an API key: rows that are the tenant's need not be the caller's. */
export const isConfined = ({ applicationId }: Caller) => applicationId !== undefined;

/** Who asks: what the token's claims say, or the owner of the application whose API key was sent. */
export interface AuthUser extends Caller {
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
export const API_KEY_ROUTE = 'api-key-route';

/** No token needed. Every other route needs one. */
export const Public = () => SetMetadata(PUBLIC_ROUTE, true);
/** Only for users with is_admin. */
export const AdminOnly = () => SetMetadata(ADMIN_ROUTE, true);

/** Also takes `?token=`: for browsers' EventSource, which sends no headers. */
export const TokenMayBeInQuery = () => SetMetadata(QUERY_TOKEN_ROUTE, true);

/** Also with an application's API key, in X-API-Key; the route must keep to `applicationId`. */
export const ApiKeyAccess = () => applyDecorators(SetMetadata(API_KEY_ROUTE, true), ApiSecurity('api_key'));

/** The authenticated caller, as the guard left it on the request. */
export const currentUserOf = (_: unknown, context: ExecutionContext): AuthUser =>
  userOf(context.switchToHttp().getRequest<FastifyRequest>());

export const CurrentUser = createParamDecorator(currentUserOf);

export function userOf({ user }: FastifyRequest): AuthUser {
  if (!user) throw new Error('the user of a public route');
  return user;
}
