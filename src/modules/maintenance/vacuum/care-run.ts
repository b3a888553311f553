import type { JobContext, JobReport, JobStep } from '../../../kernel/tasks/job.js';
import type { CareOutcome, CareRepository, TableCare, XminHolder } from './care.repository.js';

/** One command on one table. */
export interface CareTask<Table> {
  table: Table;
  step: JobStep;
  perform: () => Promise<CareOutcome>;
}

export interface CareResult {
  done: JobStep[];
  /** Sentences about what was to be done and is not. */
  problems: string[];
}

interface CareHooks<Table> {
  /** Decides again, since autovacuum goes on beside the run; null when nothing is left to do. */
  look?: (table: Table) => Promise<CareTask<Table> | null>;
  /** What is still wrong after the command, as a sentence without its full stop. */
  after?: (table: Table) => Promise<string | null>;
}

/** One table after the other. */
export async function performCare<Table extends { table: string }>(
  context: JobContext,
  tasks: readonly CareTask<Table>[],
  { look, after }: CareHooks<Table> = {},
): Promise<CareResult> {
  const result: CareResult = { done: [], problems: [] };
  for (const [index, planned] of tasks.entries()) {
    const { table } = planned;
    context.signal.throwIfAborted();
    const task = look === undefined ? planned : await look(table);
    if (task === null) continue;
    context.progress(`${task.step.action} ${table.table}`, index, tasks.length);
    const outcome = await task.perform();
    const problem = outcome === 'done' ? ((await after?.(table)) ?? null) : problemOf(outcome, task.step);
    if (outcome === 'done') result.done.push(task.step);
    if (problem !== null) result.problems.push(problem);
  }
  return result;
}

function problemOf(outcome: Exclude<CareOutcome, 'done'>, { action, target }: JobStep): string | null {
  if (outcome === 'gone') return null;
  return outcome === 'locked'
    ? `${target} is locked by another operation, so it is left for the next run`
    : `PostgreSQL did not ${action} ${target}: this role may not`;
}

/** What needs care and is another's: the server would warn, and do nothing. */
export const notOurs = ({ table, owner }: Pick<TableCare, 'table' | 'owner'>) =>
  `${table} needs it too, but belongs to ${owner}: run as that role, or as the owner of the database (PostgreSQL 17 and later: or with MAINTAIN on it)`;

export async function heldBack(repository: CareRepository): Promise<string> {
  const holders = await repository.xminHolders();
  if (holders.length === 0) return 'by a transaction that has ended since, or that this role is not shown';
  return `by ${holders.map(holderText).join(', ')}`;
}

const holderText = ({ kind, name, age, seconds }: XminHolder) =>
  `${kind} ${name}, ${age} transactions back${seconds === null ? '' : `, for ${Math.round(seconds)} s`}`;

export function reportOf(
  { done, problems }: CareResult,
  told: { verb: string; nothing: string; details?: Record<string, unknown> },
): JobReport {
  const first =
    done.length > 0 ? `${told.verb} ${done.length} ${done.length === 1 ? 'table' : 'tables'}.` : told.nothing;
  return {
    rows: done.length,
    steps: done,
    summary: [first, ...problems.map((problem) => `${problem}.`)].join(' '),
    ...(told.details === undefined ? {} : { details: told.details }),
  };
}
