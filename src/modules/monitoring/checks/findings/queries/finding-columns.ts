import { constant, fragment } from '../../../../../kernel/database/sql.js';
import { findingState } from '../../queries/finding-state.js';
import type { Finding } from '../../check.js';

export type FindingState = 'open' | 'ignored' | 'resolved';

export interface FindingRow extends Finding {
  id: string;
  check: string;
  state: FindingState;
  /** Of the latest opening. */
  openedAt: string;
  lastSeenAt: string;
  resolvedAt: string | null;
  /** How often it has come back. */
  reopened: number;
  ignoredAt: string | null;
  ignoredBy: string | null;
  ignoredUntil: string | null;
  ignoreReason: string | null;
}

/** Of the finding `f`. */
export const findingColumns = fragment`${constant(`f.id, f.check_name AS "check", f.object, f.severity, f.title, f.evidence, f.why,
         f.fix_sql AS "fixSql", f.advice, f.action, f.opened_at AS "openedAt", f.last_seen_at AS "lastSeenAt",
         f.resolved_at AS "resolvedAt", f.reopened, f.ignored_at AS "ignoredAt", f.ignored_by AS "ignoredBy",
         f.ignored_until AS "ignoredUntil", f.ignore_reason AS "ignoreReason"`)}, ${findingState} AS "state"`;
