import { DomainError } from '../errors/domain-error.js';

const RETRY_SECONDS = 5;

export const shuttingDown = () =>
  new DomainError('unavailable', 'shutting_down', 'The server is shutting down', { retryAfterSeconds: 1 });

export const tooManyStreams = (limit: number) =>
  new DomainError('too_many_requests', 'too_many_streams', `More than ${limit} streams of one user`, {
    retryAfterSeconds: RETRY_SECONDS,
  });

export const streamsExhausted = () =>
  new DomainError('unavailable', 'streams_exhausted', 'This server has as many streams as it takes', {
    retryAfterSeconds: RETRY_SECONDS,
  });

export const originNotAllowed = () =>
  new DomainError('forbidden', 'origin_not_allowed', 'This origin may not open streams');

export const notAWebSocketRoute = (path: string) =>
  new DomainError('not_found', 'route_not_found', `No WebSocket at ${path}`);
