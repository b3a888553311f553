import { DomainError } from '../../kernel/errors/domain-error.js';

/** In the old API's words and status, which its UI shows. */
export const emailTaken = () =>
  new DomainError(
    'invalid',
    'email_taken',
    'An account with this email already exists. Please use a different email or try logging in.',
    { field: 'email' },
  );

/** The old API's words, without its usual `Validation error: …` before them. */
export const nameEmpty = () =>
  new DomainError('invalid', 'validation_error', 'Name cannot be empty', { field: 'name' });

export const invalidCredentials = () =>
  new DomainError('unauthenticated', 'invalid_credentials', 'Invalid email or password');

export const tooManyLogins = (retryAfterSeconds: number) =>
  new DomainError('too_many_requests', 'too_many_logins', 'Too many failed logins. Please try again later.', {
    retryAfterSeconds,
  });

export const tooManyRegistrations = (retryAfterSeconds: number) =>
  new DomainError(
    'too_many_requests',
    'too_many_registrations',
    'Too many registrations. Please try again later.',
    { retryAfterSeconds },
  );

/** The token is valid, but its user is gone. */
export const userGone = () => new DomainError('unauthenticated', 'invalid_token', 'Invalid or expired token');

export const endpointNotFound = () =>
  new DomainError('not_found', 'endpoint_not_found', 'Endpoint not found');

export const applicationNotFound = () =>
  new DomainError('not_found', 'application_not_found', 'Application not found');

export const accessDenied = () => new DomainError('forbidden', 'access_denied', 'Access denied');

/** The bound of a tier, and how many there are. */
export interface ReachedLimit {
  tier: string;
  most: number;
  used: number;
}

export const applicationLimitReached = ({ tier, most, used }: ReachedLimit) =>
  new DomainError(
    'forbidden',
    'application_limit_reached',
    `The ${tier} tier allows ${counted(most, 'application')}, and there ${are(used)} already`,
  );

export const endpointLimitReached = ({ tier, most, used }: ReachedLimit) =>
  new DomainError(
    'forbidden',
    'endpoint_limit_reached',
    `The ${tier} tier allows ${counted(most, 'endpoint')} per application, and there ${are(used)} already`,
  );

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
const are = (count: number) => `${count === 1 ? 'is' : 'are'} ${count}`;

export const deletionNotFound = () =>
  new DomainError('not_found', 'deletion_not_found', 'Deletion not found');
