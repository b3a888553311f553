import { DomainError } from '../../kernel/errors/domain-error.js';

export const invalidCredentials = () =>
  new DomainError('unauthenticated', 'invalid_credentials', 'Invalid email or password');

export const tooManyLogins = (retryAfterSeconds: number) =>
  new DomainError('too_many_requests', 'too_many_logins', 'Too many failed logins. Please try again later.', {
    retryAfterSeconds,
  });

/** The token is valid, but its user is gone. */
export const userGone = () => new DomainError('unauthenticated', 'invalid_token', 'Invalid or expired token');

export const endpointNotFound = () =>
  new DomainError('not_found', 'endpoint_not_found', 'Endpoint not found');

export const applicationNotFound = () =>
  new DomainError('not_found', 'application_not_found', 'Application not found');

export const accessDenied = () => new DomainError('forbidden', 'access_denied', 'Access denied');

export const deletionNotFound = () =>
  new DomainError('not_found', 'deletion_not_found', 'Deletion not found');
