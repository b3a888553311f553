import { DomainError } from '../errors/domain-error.js';

/**
 * The token of a request. `inQuery` only where the caller cannot send headers, as browsers' EventSource and WebSocket
 * cannot: URLs are kept in more places. Throws 401.
 */
export function bearerToken(authorization: string | undefined, inQuery?: string | null): string {
  if (!authorization && inQuery) return inQuery;
  if (!authorization)
    throw new DomainError('unauthenticated', 'missing_token', 'Missing authorization token');
  // RFC 9110: the scheme is case-insensitive.
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (token === undefined)
    throw new DomainError('unauthenticated', 'invalid_token', 'Invalid or expired token');
  return token;
}
