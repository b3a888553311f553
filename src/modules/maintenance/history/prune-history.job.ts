import {
  noParameters,
  type Job,
  type JobContext,
  type JobReport,
  type JobStep,
} from '../../../kernel/tasks/job.js';
import { histories, type History } from './histories.js';
import { HistoryRepository, pruneText } from './history.repository.js';

/** Some tens of milliseconds. */
const BATCH_ROWS = 2000;

/** Removes what our own tables know of long ago, in small transactions, the oldest first. */
export class PruneHistoryJob implements Job {
  readonly name = 'prune-history';
  readonly description =
    'Removes old rows of the histories that the server keeps: runs of jobs, audits, differences, deletions. Rows: removed.';
  readonly schedule = '30 1 * * *';
  readonly missed = 'catch-up';
  readonly weight = 'light';
  readonly timeoutMs = 1_800_000;
  readonly retries = 1;
  readonly parameters = noParameters;

  async plan(context: JobContext): Promise<readonly JobStep[]> {
    const { ours } = await lookAt(context);
    const steps: JobStep[] = [];
    for (const history of ours) {
      const rows = await new HistoryRepository(context).countOutdated(history);
      if (rows > 0) steps.push(stepOf(history, rows));
    }
    return steps;
  }

  async run(context: JobContext): Promise<JobReport> {
    const { ours, others } = await lookAt(context);
    const steps: JobStep[] = [];
    let rows = 0;
    for (const history of ours) {
      const removed = await prune(context, history);
      if (removed > 0) steps.push(stepOf(history, removed));
      rows += removed;
    }
    const left = others.map((table) => ` This role may not delete from ${table}.`).join('');
    return { rows, steps, summary: `Removed ${rows} rows.${left}` };
  }
}

async function lookAt(context: JobContext): Promise<{ ours: History[]; others: string[] }> {
  const tables = await new HistoryRepository(context).tablesOf(histories);
  const ours = new Set(tables.filter(({ mayPrune }) => mayPrune).map(({ table }) => table));
  return {
    ours: histories.filter(({ table }) => ours.has(table)),
    others: tables.filter(({ mayPrune }) => !mayPrune).map(({ table }) => table),
  };
}

async function prune(context: JobContext, history: History): Promise<number> {
  let removed = 0;
  for (;;) {
    context.signal.throwIfAborted();
    const last = await context.transaction({ work: 'maintenance' }, (tx) =>
      new HistoryRepository(tx).prune(history, BATCH_ROWS),
    );
    removed += last;
    context.progress(`removed ${removed} rows of ${history.table}`, removed);
    if (last < BATCH_ROWS) return removed;
  }
}

const stepOf = (history: History, rows: number): JobStep => ({
  action: 'prune',
  target: `public.${history.table}`,
  reason: `${rows} rows are older than ${history.keptDays} days`,
  sql: pruneText(history),
});
