import { z } from 'zod';
import { freeDiskBytes } from '../../../kernel/database/free-disk.js';
import type { Job, JobContext, JobReport, JobStep } from '../../../kernel/tasks/job.js';
import { freeDiskSchema, waitMsSchema } from '../indexes/index-parameters.js';
import { commands, IndexesRepository } from '../indexes/indexes.repository.js';
import { boundOf, indexBoundShape } from './bloat-bounds.js';
import { BloatReads, type BloatedIndex } from './bloat.reads.js';

const parameters = z.strictObject({
  ...indexBoundShape,
  wait_ms: waitMsSchema,
  free_disk_bytes: freeDiskSchema,
});
type Parameters = z.infer<typeof parameters>;

/** The new index, and the sort that it is made by. */
const DISK_FACTOR = 2;
/** What is not that much larger than the last rebuild has left is no smaller after another one. */
const REGROWN = 1.25;

interface Rebuilt {
  index: string;
  bytes_before: number;
  bytes_after: number;
  bytes_promised: number;
  source: string;
}

/** Beside readers and writers, one index after the other. */
export class RebuildBloatedJob implements Job<Parameters> {
  readonly name = 'rebuild-bloated';
  readonly description = 'Rebuilds bloated indexes beside readers and writers. Rows: indexes.';
  readonly schedule = '0 3 * * 0';
  readonly missed = 'skip';
  readonly weight = 'heavy';
  readonly timeoutMs = 6 * 3_600_000;
  readonly retries = 2;
  readonly parameters = parameters;

  async plan(context: JobContext, parameters: Parameters): Promise<readonly JobStep[]> {
    const remnants = await new IndexesRepository(context, parameters.wait_ms).remnants();
    const bloated = await bloatedIndexes(context, parameters);
    return [
      ...remnants.map(({ schema, index, sizeBytes }) => ({
        action: 'drop index',
        target: `${schema}.${index}`,
        reason: `invalid, and left by an interrupted rebuild; ${sizeBytes} bytes`,
        sql: commands.dropIndex({ schema, index }).text,
      })),
      ...bloated.map(stepOf),
    ];
  }

  async run(context: JobContext, parameters: Parameters): Promise<JobReport> {
    const repository = new IndexesRepository(context, parameters.wait_ms);
    for (const remnant of await repository.remnants()) await repository.drop(remnant);
    const bloated = await bloatedIndexes(context, parameters);
    const rebuilt: Rebuilt[] = [];
    const steps: JobStep[] = [];
    const left: string[] = [];
    for (const index of bloated) {
      context.signal.throwIfAborted();
      const step = stepOf(index);
      context.progress(`rebuilding ${step.target}`, steps.length, bloated.length);
      const free = parameters.free_disk_bytes ?? (await freeDiskBytes(context));
      if (free !== null && free < index.packedBytes * DISK_FACTOR) {
        left.push(
          `${step.target} needs about ${index.packedBytes * DISK_FACTOR} bytes of disk, ${free} are free`,
        );
        continue;
      }
      rebuilt.push(await rebuild(repository, index));
      steps.push(step);
    }
    return { rows: steps.length, steps, summary: summaryOf(rebuilt, left), details: { rebuilt, left } };
  }
}

async function bloatedIndexes(context: JobContext, parameters: Parameters): Promise<BloatedIndex[]> {
  const found = await new BloatReads(context).indexes(boundOf(parameters), true);
  return found.filter(
    ({ facts: { isOurs, rebuiltBytes }, sizeBytes }) =>
      isOurs && (rebuiltBytes === null || sizeBytes > Number(rebuiltBytes) * REGROWN),
  );
}

async function rebuild(repository: IndexesRepository, bloated: BloatedIndex): Promise<Rebuilt> {
  const { schema, index, table } = bloated.facts;
  await repository.rebuild({ schema, index, table });
  const after = await repository.find(schema, index);
  const done = {
    index: `${schema}.${index}`,
    bytes_before: bloated.sizeBytes,
    bytes_after: Number(after?.sizeBytes ?? 0),
    bytes_promised: bloated.wastedBytes,
    source: bloated.source,
  };
  await repository.record({
    schema,
    index,
    action: 'repaired',
    reason: 'bloated, and rebuilt',
    evidence: { bytesBefore: done.bytes_before, bytesAfter: done.bytes_after },
    definition: null,
  });
  return done;
}

function summaryOf(rebuilt: readonly Rebuilt[], left: readonly string[]): string {
  const given = rebuilt.reduce((sum, { bytes_before, bytes_after }) => sum + bytes_before - bytes_after, 0);
  const promised = rebuilt.reduce((sum, { bytes_promised }) => sum + bytes_promised, 0);
  const said =
    rebuilt.length === 0
      ? 'no index was rebuilt'
      : `${rebuilt.length} indexes rebuilt: ${given} bytes given back of ${promised} promised`;
  return [said, ...left].join('; ');
}

const stepOf = ({ facts, sizeBytes, wastedBytes, wastedRatio, source }: BloatedIndex): JobStep => ({
  action: 'rebuild index',
  target: `${facts.schema}.${facts.index}`,
  reason: `${wastedBytes} of ${sizeBytes} bytes are wasted (${Math.round(wastedRatio * 100)} %, by ${source})`,
  sql: commands.reindexIndex(facts).text,
});
