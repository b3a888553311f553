export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_many_requests'
  | 'unavailable'
  | 'internal';

export interface ErrorDetails {
  /** The request field that is wrong. */
  field?: string;
  /** After how many seconds a retry makes sense. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** An error that may be told to the caller: `message` and `code` go into the response as they are. */
export class DomainError extends Error {
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly kind: ErrorKind,
    /** Stable, snake_case: clients may branch on it. */
    readonly code: string,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.name = 'DomainError';
    this.field = details.field;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}
