import { DomainError, type ErrorKind } from '../errors/domain-error.js';

interface Rule {
  kind: ErrorKind;
  code: string;
  message: string;
  retryAfterSeconds?: number;
}

const unavailable: Rule = {
  kind: 'unavailable',
  code: 'database_unavailable',
  message: 'The database is not available',
  retryAfterSeconds: 1,
};
const poolExhausted: Rule = {
  kind: 'unavailable',
  code: 'database_busy',
  message: 'All database connections are busy',
  retryAfterSeconds: 1,
};
const conflict: Rule = {
  kind: 'unavailable',
  code: 'transaction_conflict',
  message: 'The request conflicted with a concurrent one',
  retryAfterSeconds: 1,
};
const internal: Rule = { kind: 'internal', code: 'internal_error', message: 'Internal server error' };

/** SQLSTATE, or its two-digit class, to what the caller is told. The first match of code, then class, holds. */
const rules: Readonly<Record<string, Rule>> = {
  '08': unavailable,
  '57P': unavailable,
  '25006': { ...unavailable, code: 'database_read_only', message: 'The database does not take writes now' },
  '40001': conflict,
  '40P01': conflict,
  '53': { ...unavailable, code: 'database_overloaded', message: 'The database is out of resources' },
  '53300': poolExhausted,
  '55P03': {
    ...unavailable,
    code: 'lock_timeout',
    message: 'The row or table is locked by another operation',
  },
  '57014': { ...unavailable, code: 'statement_timeout', message: 'The database took too long to answer' },
  '23505': { kind: 'conflict', code: 'already_exists', message: 'It already exists' },
  '23503': {
    kind: 'conflict',
    code: 'reference_violation',
    message: 'It refers to something that does not exist',
  },
  '22': { kind: 'invalid', code: 'invalid_value', message: 'A value is out of range or has the wrong form' },
  '23': { kind: 'invalid', code: 'constraint_violation', message: 'A value breaks a rule of the database' },
};

const socketErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
// pg reports these without a code.
const connectionMessages =
  /Connection terminated|Client has encountered a connection error|Client was closed|not queryable/;
const acquireTimeoutMessage = /timeout exceeded when trying to connect/;

/** The SQLSTATE of an error that PostgreSQL sent, else undefined. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** A migration changed a column under a prepared statement: "cached plan must not change result type". */
export function isStalePlan(error: unknown): boolean {
  return sqlState(error) === '0A000' && (error as Error).message.includes('cached plan');
}

/** True when the connection is gone, or in a state in which it must not go back to the pool. */
export function breaksConnection(error: unknown): boolean {
  if (error instanceof DomainError) return false;
  const state = sqlState(error);
  if (isStalePlan(error)) return true;
  return state === undefined || state.startsWith('57P') || state.startsWith('08') || state.startsWith('25P');
}

/** Maps what the driver threw to an error that is safe to tell; the original stays as its cause, for the log. */
export function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  const { kind, code, message, retryAfterSeconds } = ruleFor(error);
  return new DomainError(kind, code, message, {
    cause: error,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

function ruleFor(error: unknown): Rule {
  const state = sqlState(error);
  if (state !== undefined)
    return rules[state] ?? rules[state.slice(0, 3)] ?? rules[state.slice(0, 2)] ?? internal;
  const { code, message = '' } = error as { code?: string; message?: string };
  if (acquireTimeoutMessage.test(message)) return poolExhausted;
  if ((code !== undefined && socketErrors.has(code)) || connectionMessages.test(message)) return unavailable;
  // happy eyeballs: every address of the host failed
  if (error instanceof AggregateError && error.errors.length > 0) return ruleFor(error.errors[0]);
  return internal;
}
