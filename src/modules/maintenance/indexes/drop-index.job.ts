import { DomainError } from '../../../kernel/errors/domain-error.js';
import type { Job, JobContext, JobReport, JobStep } from '../../../kernel/tasks/job.js';
import { indexSchema, type IndexParameters } from './index-parameters.js';
import { commands, IndexesRepository, type IndexRow } from './indexes.repository.js';
import { requiredIndexes } from './required-indexes.js';

const refusals: Partial<Record<NonNullable<IndexRow['role']>, string>> = {
  constraint: 'a constraint stands on it',
  unique: 'it is unique, and so a rule as well',
  replica_identity: 'logical replication tells rows apart by it',
  partitioned: 'it is of a partitioned table, where no index can be dropped beside readers and writers',
  partition: 'it is a part of the index of a partitioned table',
  foreign_key: 'it is the only one for a foreign key: each delete in the other table would read this one',
};

/** Nothing but an operator calls it. What restores the index is recorded before it goes. */
export class DropIndexJob implements Job<IndexParameters> {
  readonly name = 'drop-index';
  readonly description =
    'Drops an index beside readers and writers, and records how to restore it. Rows: indexes.';
  readonly schedule = null;
  readonly missed = 'skip';
  readonly weight = 'light';
  readonly timeoutMs = 3_600_000;
  readonly retries = 2;
  readonly parameters = indexSchema;

  async plan(context: JobContext, parameters: IndexParameters): Promise<readonly JobStep[]> {
    const found = await this.find(context, parameters);
    return found === null ? [] : [stepOf(found)];
  }

  async run(context: JobContext, parameters: IndexParameters): Promise<JobReport> {
    const found = await this.find(context, parameters);
    const { schema, index } = parameters;
    if (found === null) return { rows: 0, steps: [], summary: `${schema}.${index} was dropped before` };
    const repository = new IndexesRepository(context, parameters.wait_ms);
    const { table, definition, sizeBytes } = found;
    // A drop that was interrupted has written this with what the index was then.
    if (!found.isDropRecorded || found.isValid)
      await repository.record({
        schema,
        index,
        action: 'dropped',
        reason: 'dropped by an operator',
        evidence: { table, definition, sizeBytes: Number(sizeBytes) },
        definition,
      });
    context.signal.throwIfAborted();
    await repository.drop(found);
    return {
      rows: 1,
      steps: [stepOf(found)],
      summary: `${schema}.${index} was dropped; restore-index builds it again`,
      details: { definition, bytes_given_back: Number(sizeBytes) },
    };
  }

  /** Null: it was dropped before. Throws 404 when it was never there, 409 when it has to stay. */
  private async find(
    context: JobContext,
    { schema, index, wait_ms }: IndexParameters,
  ): Promise<IndexRow | null> {
    const repository = new IndexesRepository(context, wait_ms);
    const found = await repository.find(schema, index);
    if (found !== undefined) {
      refuse(found);
      return found;
    }
    if ((await repository.recordedDrop(schema, index)) !== undefined) return null;
    throw new DomainError('not_found', 'index_not_found', `There is no index ${schema}.${index}`);
  }
}

function refuse({ schema, index, role, isBusy, isOurs }: IndexRow): void {
  const isRequired = schema === 'public' && requiredIndexes.includes(index);
  const why = isRequired ? 'reads of this server are planned with it' : role && refusals[role];
  if (why) throw new DomainError('conflict', 'index_is_needed', `${schema}.${index} stays: ${why}`);
  if (!isOurs)
    throw new DomainError('conflict', 'index_not_ours', `${schema}.${index} belongs to another role`);
  if (isBusy)
    throw new DomainError('conflict', 'index_is_busy', `${schema}.${index} is being built or dropped now`);
}

const stepOf = (found: IndexRow): JobStep => ({
  action: 'drop index',
  target: `${found.schema}.${found.index}`,
  reason: `gives back ${found.sizeBytes} bytes${found.role === null ? '' : `; it is of use as: ${found.role}`}`,
  sql: commands.dropIndex(found).text,
});
