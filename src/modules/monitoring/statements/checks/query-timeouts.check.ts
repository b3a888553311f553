import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { StatementsReadModel, type StatementErrorRow } from '../statements.read-model.js';
import { noFix } from './statement-watch.js';

const HOURS = 1;
const CRITICAL_COUNT = 10;
const titles = { '57014': 'ran into its time-out', '55P03': 'did not get a lock in time' } as const;

export class QueryTimeoutsCheck implements Check {
  readonly name = 'query-timeouts';
  readonly description = `Statements of the application that ended with a time-out, or did not get a lock in time, in the last hour; critical from ${CRITICAL_COUNT} on.`;
  readonly cadence = 'minutely';

  async find(runner: QueryRunner): Promise<CheckResult> {
    const reads = new StatementsReadModel(runner);
    const { from, until } = await reads.coverage({ from: null, until: null, hours: HOURS });
    const errors = await reads.errors({ from, until, limit: 100 });
    return { findings: errors.flatMap((error) => findingOf(error) ?? []), limits: [] };
  }
}

function findingOf({ label, sqlstate, count, lastAt }: StatementErrorRow): Finding | null {
  if (sqlstate === '40P01') return null;
  return {
    object: sqlstate === '57014' ? label : `${label} (lock)`,
    severity: count >= CRITICAL_COUNT ? 'critical' : 'warning',
    title: `${label} ${titles[sqlstate]} ${count} times in the last hour`,
    evidence: {
      label,
      sqlstate,
      count,
      last_at: lastAt,
      bound_count: 0,
      bound_critical_count: CRITICAL_COUNT,
    },
    why: 'Whoever asked got an error, and the work was for nothing. pg_stat_statements does not see it, so the statement looks faster than it is.',
    advice:
      sqlstate === '57014'
        ? `Look at the statements of this label: GET /api/v1/admin/monitoring/statements?order=total, and at what ran beside them.`
        : `Look at who holds the lock for so long: GET /api/v1/admin/monitoring/activity, the lock tree.`,
    ...noFix,
  };
}
