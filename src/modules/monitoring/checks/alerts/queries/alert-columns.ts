import { constant } from '../../../../../kernel/database/sql.js';
import type { Severity } from '../../check.js';
import type { AlertKind } from './next-alert.sql.js';

export interface AlertRow {
  id: string;
  kind: AlertKind;
  findingId: string | null;
  severity: Severity | null;
  createdAt: string;
  attempts: number;
  dueAt: string;
  endedAt: string | null;
  outcome: 'delivered' | 'given_up' | null;
  lastStatus: number | null;
  lastError: string | null;
}

export const alertColumns = constant(
  `a.id, a.kind, a.finding_id AS "findingId", a.severity, a.created_at AS "createdAt", a.attempts, a.due_at AS "dueAt",
         a.ended_at AS "endedAt", a.outcome, a.last_status AS "lastStatus", a.last_error AS "lastError"`,
);
