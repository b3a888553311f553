import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { Check, CheckResult } from '../../checks/check.js';
import { watch } from './statement-watch.js';

const HOURS = 24;
const MAX_ENTRIES = 50_000;

export class StatementsEvictedCheck implements Check {
  readonly name = 'statements-evicted';
  readonly description = `pg_stat_statements has thrown entries out in the last ${HOURS} hours, to make room for others.`;
  readonly cadence = 'daily';

  async find(runner: QueryRunner): Promise<CheckResult> {
    const { coverage, limits } = await watch(runner, HOURS);
    const { evictions, entries, maxEntries } = coverage;
    if (evictions === 0 || maxEntries === null) return { findings: [], limits };
    const wanted = Math.min(maxEntries * 2, MAX_ENTRIES);
    return {
      findings: [
        {
          object: '',
          severity: 'warning',
          title: `pg_stat_statements has thrown entries out ${evictions} times in ${HOURS} hours: it keeps ${maxEntries}`,
          evidence: { evictions, entries, max_entries: maxEntries, bound_evictions: 0 },
          why: 'What a statement did between the last look and its eviction is in no figure, and the seldom and slow ones go first.',
          fixSql: wanted > maxEntries ? `ALTER SYSTEM SET pg_stat_statements.max = ${wanted}` : null,
          advice:
            'It takes effect when PostgreSQL is restarted, and some 1 kB of shared memory for each entry. Many texts that differ ' +
            'in the length of a list only are better sent as one array.',
          action:
            wanted > maxEntries
              ? {
                  job: 'apply-setting',
                  parameters: { name: 'pg_stat_statements.max', value: String(wanted) },
                }
              : null,
        },
      ],
      limits,
    };
  }
}
