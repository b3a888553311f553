import { Injectable } from '@nestjs/common';
import type { Author } from '../../../kernel/audit/audit-log.repository.js';
import { sqlState } from '../../../kernel/database/database-error.js';
import { DomainError } from '../../../kernel/errors/domain-error.js';
import { Operations } from '../../maintenance/index.js';
import { sessionDto } from './activity-dtos.js';
import { ActivityReads, type ViewerRow } from './activity.reads.js';
import type { SignalBody, SignalledDto } from './dto/sessions.dto.js';
import {
  noClientSession,
  sessionIsAnother,
  sessionIsOurs,
  sessionNotFound,
  signalNotPermitted,
} from './sessions.errors.js';
import { SessionsRepository, type SessionSignal, type SignalledSessionRow } from './sessions.repository.js';

const INSUFFICIENT_PRIVILEGE = '42501';
const SIGNALLED_TYPES = ['client backend', 'autovacuum worker', 'walsender'];

/** Ends what others run. */
@Injectable()
export class SessionsService {
  constructor(private readonly operations: Operations) {}

  /**
   * `cancel` its statement, or `terminate` the session. In the audit log, or it has not happened. Throws 404 session_not_found,
   * 409 session_is_another, session_is_leader, session_not_signalled, and 403 signal_not_permitted with what would permit it.
   */
  signal(author: Author, pid: number, signal: SessionSignal, body: SignalBody): Promise<SignalledDto> {
    return this.operations.recorded(author, async (tx, log) => {
      const sessions = new SessionsRepository(tx);
      const viewer = await new ActivityReads(tx).viewer();
      const session = await sessions.find(pid);
      if (session === undefined) throw sessionNotFound(pid);
      assertPermitted(session, viewer);
      assertSame(session, body.backend_start);
      await log.record({
        ...author,
        action: signal === 'cancel' ? 'session.cancelled' : 'session.terminated',
        resourceType: 'session',
        resourceId: null,
        name: `pid ${pid}`,
        reason: body.reason,
        before: sessionDto(session),
      });
      // Last, since it cannot be taken back.
      const sent = await sessions
        .signal({ pid, backendStart: session.backendStart ?? '', signal })
        .catch((error: unknown) => {
          throw isRefused(error) ? signalNotPermitted(grantText(viewer)) : error;
        });
      return { as_of: viewer.asOf, limits: [], pid, signal, sent };
    });
  }
}

function assertPermitted(session: SignalledSessionRow, viewer: ViewerRow): void {
  const { pid, backendType, isItself, isLeader, needsSuperuser, maySignal } = session;
  if (isItself || isLeader) throw sessionIsOurs(pid);
  const isUnknown = backendType === null;
  if (!isUnknown && !SIGNALLED_TYPES.includes(backendType)) throw noClientSession(pid, backendType);
  if (needsSuperuser && !viewer.isSuperuser)
    throw signalNotPermitted(
      `The session ${pid} is a superuser's, or PostgreSQL's own: only a superuser may signal it`,
    );
  if (!maySignal) throw signalNotPermitted(grantText(viewer));
  // Without it nobody could tell that it is still the same session.
  if (isUnknown)
    throw signalNotPermitted(
      `The role ${viewer.role} is not shown when the session ${pid} started. GRANT pg_read_all_stats TO ${viewer.role};`,
    );
}

const grantText = ({ role }: ViewerRow) =>
  `The role ${role} may not signal the sessions of other roles. GRANT pg_signal_backend TO ${role};`;

function assertSame({ pid, backendStart }: SignalledSessionRow, given: string): void {
  if (backendStart === null || microseconds(backendStart) !== microseconds(given))
    throw sessionIsAnother(pid);
}

/** Since 1970; a Date would drop them. */
function microseconds(instant: string): bigint {
  const [, fraction = ''] = /\.(\d{1,6})/.exec(instant) ?? [];
  const seconds = Math.floor(Date.parse(instant) / 1000);
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

const isRefused = (error: unknown) =>
  error instanceof DomainError && sqlState(error.cause) === INSUFFICIENT_PRIVILEGE;
