import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { Check, CheckResult } from '../../checks/check.js';
import { StatementsReadModel } from '../statements.read-model.js';
import { noFix } from './statement-watch.js';

const HOURS = 24;

export class DeadlocksCheck implements Check {
  readonly name = 'deadlocks';
  readonly description = `Deadlocks in this database in the last ${HOURS} hours, by PostgreSQL's own count, and which of the application's statements were ended.`;
  readonly cadence = 'minutely';

  async find(runner: QueryRunner): Promise<CheckResult> {
    const reads = new StatementsReadModel(runner);
    const { from, until, deadlocks } = await reads.coverage({ from: null, until: null, hours: HOURS });
    const ours = (await reads.errors({ from, until, limit: 100 })).filter(
      ({ sqlstate }) => sqlstate === '40P01',
    );
    const ended = ours.reduce((sum, { count }) => sum + count, 0);
    const count = Math.max(deadlocks, ended);
    if (count === 0) return { findings: [], limits: [] };
    return {
      findings: [
        {
          object: '',
          severity: 'warning',
          title: `${count} deadlocks in ${HOURS} hours${ours.length === 0 ? '' : `: ${ours.map(({ label }) => label).join(', ')}`}`,
          evidence: {
            deadlocks,
            application_deadlocks: ended,
            labels: ours.map((row) => `${row.label}: ${row.count}`).join(', ') || null,
            bound_deadlocks: 0,
          },
          why: 'One of the transactions in each was rolled back, after all had waited for deadlock_timeout.',
          advice:
            'Have transactions take their rows in one order, such as by key. PostgreSQL writes each deadlock to its log, with both statements.',
          ...noFix,
        },
      ],
      limits: [],
    };
  }
}
