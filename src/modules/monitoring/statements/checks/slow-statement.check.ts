import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { SLOW_MS } from '../dto/statements.query.js';
import type { StatementRow } from '../statements.read-model.js';
import { nameOf, noFix, planAdvice, rounded, watch } from './statement-watch.js';

const CRITICAL_MS = 5000;
const HOURS = 1;
/** The plan's. */
const MOST = 20;

export class SlowStatementCheck implements Check {
  readonly name = 'slow-statement';
  readonly description = `Statements that took longer than ${SLOW_MS} ms by mean in the last hour, critical from ${CRITICAL_MS} ms on; commands such as VACUUM aside.`;
  readonly cadence = 'minutely';

  async find(runner: QueryRunner): Promise<CheckResult> {
    const { reads, range, limits } = await watch(runner, HOURS);
    const order = { order: 'mean', minMeanMs: SLOW_MS, limit: 100, queryid: null } as const;
    const slow = (await reads.ranked({ ...range, ...order })).filter(({ isUtility }) => !isUtility);
    // A statement that is also called by others is one finding.
    const byId = new Map(slow.reverse().map((row) => [row.queryid, row]));
    return { findings: [...byId.values()].reverse().slice(0, MOST).map(findingOf), limits };
  }
}

const findingOf = (row: StatementRow): Finding => ({
  object: row.queryid,
  severity: row.meanMs > CRITICAL_MS ? 'critical' : 'warning',
  title: `${nameOf(row)} took ${Math.round(row.meanMs)} ms by mean in the last hour, ${row.calls} times`,
  evidence: {
    queryid: row.queryid,
    label: row.label,
    mean_ms: rounded(row.meanMs),
    calls: row.calls,
    total_ms: rounded(row.execMs),
    blocks_read: row.blocksRead,
    temp_blocks_written: row.tempWritten,
    bound_ms: row.meanMs > CRITICAL_MS ? CRITICAL_MS : SLOW_MS,
  },
  why: 'Whoever asks waits for it, and while it runs it takes CPU, I/O and a connection from all others.',
  advice: planAdvice(row.queryid),
  ...noFix,
});
