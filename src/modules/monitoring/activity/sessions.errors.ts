import { DomainError } from '../../../kernel/errors/domain-error.js';

export const sessionNotFound = (pid: number) =>
  new DomainError('not_found', 'session_not_found', `There is no session with the pid ${pid} any more`);

export const sessionIsAnother = (pid: number) =>
  new DomainError(
    'conflict',
    'session_is_another',
    `The pid ${pid} belongs to another session by now: it did not start at backend_start`,
  );

export const sessionIsOurs = (pid: number) =>
  new DomainError(
    'conflict',
    'session_is_leader',
    `The session ${pid} holds the lead of a task or job of this application: cancel its run, or pause it, instead`,
  );

export const noClientSession = (pid: number, type: string | null) =>
  new DomainError(
    'conflict',
    'session_not_signalled',
    `The process ${pid} (${type ?? 'of unknown type'}) is no client's session, and is left to PostgreSQL`,
  );

export const signalNotPermitted = (message: string) =>
  new DomainError('forbidden', 'signal_not_permitted', message);
