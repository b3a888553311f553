import { z } from 'zod';
import { DomainError } from '../../../kernel/errors/domain-error.js';
import type { Job, JobContext, JobReport, JobStep } from '../../../kernel/tasks/job.js';
import { waitMsSchema } from './index-parameters.js';
import { commands, IndexesRepository, type IndexRow } from './indexes.repository.js';
import { isRemnant } from './remnant.js';

const parameters = z.strictObject({ wait_ms: waitMsSchema });
type Parameters = z.infer<typeof parameters>;

/** Invalid indexes cost every writer, and serve no reader. */
export class RepairIndexesJob implements Job<Parameters> {
  readonly name = 'repair-indexes';
  readonly description =
    'Rebuilds invalid indexes, and drops what interrupted builds and drops have left. Rows: indexes.';
  readonly schedule = '0 1 * * *';
  readonly missed = 'catch-up';
  readonly weight = 'heavy';
  readonly timeoutMs = 4 * 3_600_000;
  readonly retries = 2;
  readonly parameters = parameters;

  async plan(context: JobContext, { wait_ms }: Parameters): Promise<readonly JobStep[]> {
    const found = await new IndexesRepository(context, wait_ms).invalid();
    return found.filter(isForUs).map(stepOf);
  }

  async run(context: JobContext, { wait_ms }: Parameters): Promise<JobReport> {
    const repository = new IndexesRepository(context, wait_ms);
    const found = await repository.invalid();
    const steps: JobStep[] = [];
    const problems = found.filter(({ isOurs }) => !isOurs).map(notOurs);
    for (const index of found.filter(isForUs)) {
      context.signal.throwIfAborted();
      const step = stepOf(index);
      context.progress(`${step.action} ${step.target}`, steps.length, found.length);
      const problem = await repair(repository, index);
      if (problem === null) steps.push(step);
      else problems.push(problem);
    }
    const summary = summaryOf(found, steps.length, problems);
    if (problems.length > 0) throw new DomainError('conflict', 'index_not_repaired', summary);
    return { rows: steps.length, steps, summary };
  }
}

const isForUs = ({ isBusy, isOurs }: IndexRow) => !isBusy && isOurs;

const notOurs = ({ schema, index }: IndexRow) => `${schema}.${index} belongs to another role`;

function summaryOf(found: readonly IndexRow[], repaired: number, problems: readonly string[]): string {
  if (found.length === 0) return 'no index is invalid';
  const busy = found.filter(({ isBusy, isOurs }) => isBusy && isOurs).length;
  return [
    `${repaired} of ${found.length} invalid indexes repaired or removed`,
    ...(busy === 0 ? [] : [`${busy} being built or dropped at this moment`]),
    ...problems,
  ].join('; ');
}

/** Returns what keeps it from being repaired. */
async function repair(repository: IndexesRepository, index: IndexRow): Promise<string | null> {
  if (isRemnant(index)) {
    await repository.drop(index);
    return null;
  }
  try {
    await repository.rebuild(index);
    return null;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'already_exists') throw error;
    return (
      `${index.schema}.${index.index} is unique, and rows of ${index.table} have equal keys: ` +
      'remove them, or drop the index; it was left as it is'
    );
  }
}

function stepOf(index: IndexRow): JobStep {
  const target = `${index.schema}.${index.index}`;
  if (isRemnant(index))
    return {
      action: 'drop index',
      target,
      reason: `invalid, and left by an interrupted ${index.isLive ? 'build' : 'drop'}; ${index.sizeBytes} bytes`,
      sql: commands.dropIndex(index).text,
    };
  return {
    action: 'rebuild index',
    target,
    reason: `invalid, and nobody is building it; ${index.sizeBytes} bytes`,
    sql: commands.reindexIndex(index).text,
  };
}
