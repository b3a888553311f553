import { DomainError } from '../../../kernel/errors/domain-error.js';
import type { Job, JobContext, JobReport, JobStep } from '../../../kernel/tasks/job.js';
import { refuseTooLittleDisk } from './disk-room.js';
import { indexSchema, type IndexParameters } from './index-parameters.js';
import { commands, IndexesRepository, type IndexRow } from './indexes.repository.js';

/** One index that an operator names, whatever it wastes. */
export class RebuildIndexJob implements Job<IndexParameters> {
  readonly name = 'rebuild-index';
  readonly description = 'Rebuilds an index beside readers and writers. Rows: indexes.';
  readonly schedule = null;
  readonly missed = 'skip';
  readonly weight = 'heavy';
  readonly timeoutMs = 6 * 3_600_000;
  readonly retries = 2;
  readonly parameters = indexSchema;

  async plan(context: JobContext, parameters: IndexParameters): Promise<readonly JobStep[]> {
    return [stepOf(await find(context, parameters))];
  }

  /** Throws 404 index_not_found, 409 index_not_ours and index_is_busy, 503 too_little_disk. */
  async run(context: JobContext, parameters: IndexParameters): Promise<JobReport> {
    const repository = new IndexesRepository(context, parameters.wait_ms);
    // An interrupted run has left the index that it was building.
    for (const remnant of await repository.remnants()) await repository.drop(remnant);
    const index = await find(context, parameters);
    await refuseTooLittleDisk(context, Number(index.sizeBytes));
    context.signal.throwIfAborted();
    context.progress(`rebuilding ${nameOf(index)}`);
    await repository.rebuild(index);
    const before = Number(index.sizeBytes);
    const after = Number((await find(context, parameters)).sizeBytes);
    return {
      rows: 1,
      steps: [stepOf(index)],
      summary: `${nameOf(index)} was rebuilt: ${before - after} bytes given back`,
      details: { before: { bytes: before }, after: { bytes: after } },
    };
  }
}

async function find(context: JobContext, { schema, index, wait_ms }: IndexParameters): Promise<IndexRow> {
  const found = await new IndexesRepository(context, wait_ms).find(schema, index);
  if (found === undefined)
    throw new DomainError('not_found', 'index_not_found', `There is no index ${schema}.${index}`);
  if (!found.isOurs)
    throw new DomainError('conflict', 'index_not_ours', `${nameOf(found)} belongs to another role`);
  if (found.isBusy)
    throw new DomainError('conflict', 'index_is_busy', `${nameOf(found)} is being built or dropped now`);
  return found;
}

const nameOf = ({ schema, index }: IndexRow) => `${schema}.${index}`;

const stepOf = (index: IndexRow): JobStep => ({
  action: 'rebuild index',
  target: nameOf(index),
  reason: `asked for by name; ${index.sizeBytes} bytes`,
  sql: commands.reindexIndex(index).text,
});
