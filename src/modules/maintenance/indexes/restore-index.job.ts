import { DomainError } from '../../../kernel/errors/domain-error.js';
import type { Job, JobContext, JobReport, JobStep } from '../../../kernel/tasks/job.js';
import { refuseTooLittleDisk } from './disk-room.js';
import { indexSchema, type IndexParameters } from './index-parameters.js';
import { commands, IndexesRepository, type RecordedDropRow } from './indexes.repository.js';

/** Builds again what drop-index or a migration has dropped. */
export class RestoreIndexJob implements Job<IndexParameters> {
  readonly name = 'restore-index';
  readonly description = 'Builds a dropped index again, beside readers and writers. Rows: indexes.';
  readonly schedule = null;
  readonly missed = 'skip';
  readonly weight = 'heavy';
  readonly timeoutMs = 6 * 3_600_000;
  readonly retries = 2;
  readonly parameters = indexSchema;

  async plan(context: JobContext, { schema, index, wait_ms }: IndexParameters): Promise<readonly JobStep[]> {
    const drop = await new IndexesRepository(context, wait_ms).recordedDrop(schema, index);
    return drop === undefined ? [] : [stepOf(drop)];
  }

  async run(context: JobContext, { schema, index, wait_ms }: IndexParameters): Promise<JobReport> {
    const repository = new IndexesRepository(context, wait_ms);
    const found = await repository.find(schema, index);
    if (found?.isValid) return { rows: 0, steps: [], summary: `${schema}.${index} is there` };
    const drop = await repository.recordedDrop(schema, index);
    if (drop === undefined)
      throw new DomainError('not_found', 'index_not_recorded', `No drop of ${schema}.${index} is recorded`);
    if (found?.isBusy)
      throw new DomainError('conflict', 'index_is_busy', `${schema}.${index} is being built or dropped now`);
    await refuseTooLittleDisk(context, Number(drop.sizeBytes ?? 0));
    if (found !== undefined) await repository.drop(found);
    else if (await repository.nameIsTaken(schema, index))
      throw new DomainError('conflict', 'name_is_taken', `Something else is called ${schema}.${index}`);
    context.signal.throwIfAborted();
    context.progress(`building ${schema}.${index}`);
    await repository.build(drop);
    return this.report(repository, drop);
  }

  private async report(repository: IndexesRepository, drop: RecordedDropRow): Promise<JobReport> {
    const { schema, index } = drop;
    const built = await repository.find(schema, index);
    if (!built?.isValid)
      throw new DomainError('conflict', 'index_not_built', `${schema}.${index} was not built`);
    await repository.analyze(schema, built.table);
    return {
      rows: 1,
      steps: [stepOf(drop)],
      summary: `${schema}.${index} is there again`,
      details: { definition: built.definition, bytes: Number(built.sizeBytes) },
    };
  }
}

const stepOf = ({ schema, index, definition, reason, recordedAt }: RecordedDropRow): JobStep => ({
  action: 'build index',
  target: `${schema}.${index}`,
  reason: `${reason}, ${recordedAt}`,
  sql: commands.createIndex({ definition }).text,
});
