import { sqlState } from '../database/database-error.js';
import { DomainError } from '../errors/domain-error.js';
import { LeadershipLostError } from './leader-session.js';
import type { Failure } from './queries/fail-run.sql.js';
import { RunAbort } from './run-abort.js';

const LONGEST_RETRY_MS = 300_000;

interface Attempt {
  /** From 1. */
  attempt: number;
  /** Further tries that the job allows. */
  retries: number;
  retryMs: number;
}

/** What is written down of an attempt that ended badly; never SQL text or values. */
export function failureOf(error: unknown, { attempt, retries, retryMs }: Attempt): Failure {
  const isRetried = attempt <= retries && mayPass(error);
  return { ...tell(error), retryAfterMs: isRetried ? backOffMs(attempt, retryMs) : null };
}

function tell(error: unknown): Pick<Failure, 'state' | 'code' | 'message'> {
  if (error instanceof RunAbort)
    return {
      state: error.state === 'cancelled' ? 'cancelled' : 'failed',
      code: error.code,
      message: error.message,
    };
  if (error instanceof LeadershipLostError)
    return { state: 'failed', code: error.code, message: error.message };
  if (!(error instanceof DomainError))
    return { state: 'failed', code: 'internal_error', message: 'an error in the program: the log has it' };
  const state = sqlState(error.cause);
  return {
    state: 'failed',
    code: error.code,
    message: state ? `${error.message} (${state})` : error.message,
  };
}

/** A lost connection, a lock or resource that is not to be had, a conflict: never a bug, a refusal or a time-out. */
function mayPass(error: unknown): boolean {
  if (error instanceof RunAbort) return error.mayPass;
  return error instanceof DomainError && error.kind === 'unavailable' && error.code !== 'statement_timeout';
}

/** Doubles from try to try; half of it is chance, so that jobs do not try in step. */
const backOffMs = (attempt: number, retryMs: number) =>
  Math.min(LONGEST_RETRY_MS, retryMs * 2 ** Math.min(attempt - 1, 16)) * (0.5 + Math.random() / 2);
