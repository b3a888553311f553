import { z } from 'zod';
import { freeDiskBytes } from '../../../kernel/database/free-disk.js';
import type { Job, JobContext, JobReport, JobStep } from '../../../kernel/tasks/job.js';
import { BUILD_DISK_FACTOR } from '../indexes/disk-room.js';
import { freeDiskSchema, waitMsSchema } from '../indexes/index-parameters.js';
import { commands, IndexesRepository, type IndexRow } from '../indexes/indexes.repository.js';
import { boundOf, indexBoundShape, repackBoundShape } from './bloat-bounds.js';
import { BloatReads, type BloatedIndex, type IndexSizeRow } from './bloat.reads.js';
import { TableRepack, type Repacked, type RepackSettings } from './table-repack.js';

const parameters = z.strictObject({
  ...indexBoundShape,
  ...repackBoundShape,
  wait_ms: waitMsSchema,
  free_disk_bytes: freeDiskSchema,
});
type Parameters = z.infer<typeof parameters>;

/** What is not that much larger than the last rebuild has left is no smaller after another one. */
const REGROWN = 1.25;

interface Rebuilt {
  index: string;
  bytes_before: number;
  bytes_after: number;
  bytes_promised: number;
  source: string;
}

interface Outcome {
  rebuilt: Rebuilt[];
  repacked: Repacked[];
  steps: JobStep[];
  /** What was left as it is, and why. */
  left: string[];
}

/** Beside readers and writers, one table or index after the other; tables first, since that makes their indexes anew too. */
export class RebuildBloatedJob implements Job<Parameters> {
  readonly name = 'rebuild-bloated';
  readonly description = 'Rebuilds bloated indexes beside readers and writers. Rows: indexes.';
  readonly schedule = '0 3 * * 0';
  readonly missed = 'skip';
  readonly weight = 'heavy';
  readonly timeoutMs = 6 * 3_600_000;
  readonly retries = 2;
  readonly parameters = parameters;

  constructor(private readonly repackSettings: RepackSettings) {}

  async plan(context: JobContext, parameters: Parameters): Promise<readonly JobStep[]> {
    const remnants = await new IndexesRepository(context, parameters.wait_ms).remnants();
    const tables = new TableRepack(context, this.repackSettings);
    const client = await tables.client();
    const bloated = typeof client === 'string' ? [] : await tables.bloated(tableBoundOf(parameters), client);
    return [
      ...remnants.map(dropStepOf),
      ...(await tables.remnants()),
      ...(typeof client === 'string' ? [] : bloated.map((table) => tables.stepOf(table, client))),
      ...(await bloatedIndexes(context, parameters)).map(stepOf),
    ];
  }

  async run(context: JobContext, parameters: Parameters): Promise<JobReport> {
    const done: Outcome = { rebuilt: [], repacked: [], steps: [], left: [] };
    const repository = new IndexesRepository(context, parameters.wait_ms);
    for (const remnant of await repository.remnants()) {
      await repository.drop(remnant);
      done.steps.push(dropStepOf(remnant));
    }
    await this.repackTables(context, parameters, done);
    await rebuildIndexes(context, repository, parameters, done);
    const { rebuilt, repacked, steps, left } = done;
    return {
      rows: rebuilt.length + repacked.length,
      steps,
      summary: summaryOf(done),
      details: { rebuilt, repacked, left },
    };
  }

  private async repackTables(context: JobContext, parameters: Parameters, done: Outcome): Promise<void> {
    const tables = new TableRepack(context, this.repackSettings);
    done.steps.push(...(await tables.clean()));
    const client = await tables.client();
    for (const table of await tables.bloated(tableBoundOf(parameters), client)) {
      context.signal.throwIfAborted();
      const name = `${table.facts.schema}.${table.facts.table}`;
      if (typeof client === 'string') {
        done.left.push(`${name} wastes ${table.wastedBytes} bytes and was left: ${client}`);
        continue;
      }
      context.progress(`repacking ${name}`);
      const outcome = await tables.repack(table, client, parameters.free_disk_bytes);
      if (typeof outcome === 'string') done.left.push(outcome);
      else {
        done.repacked.push(outcome);
        done.steps.push(tables.stepOf(table, client));
      }
    }
  }
}

const tableBoundOf = ({ table_min_ratio, table_min_bytes }: Parameters) =>
  boundOf({ min_ratio: table_min_ratio, min_bytes: table_min_bytes });

async function rebuildIndexes(
  context: JobContext,
  repository: IndexesRepository,
  parameters: Parameters,
  { rebuilt, steps, left }: Outcome,
): Promise<void> {
  const bloated = await bloatedIndexes(context, parameters);
  for (const index of bloated) {
    context.signal.throwIfAborted();
    const step = stepOf(index);
    context.progress(`rebuilding ${step.target}`, rebuilt.length, bloated.length);
    const free = parameters.free_disk_bytes ?? (await freeDiskBytes(context));
    const needed = index.packedBytes * BUILD_DISK_FACTOR;
    if (free !== null && free < needed) {
      left.push(`${step.target} needs about ${needed} bytes of disk, ${free} are free`);
      continue;
    }
    rebuilt.push(await rebuild(repository, index));
    steps.push(step);
  }
}

async function bloatedIndexes(context: JobContext, parameters: Parameters): Promise<BloatedIndex[]> {
  const found = await new BloatReads(context).indexes(boundOf(parameters), isWorthIt);
  return found.filter(({ facts }) => isWorthIt(facts));
}

const isWorthIt = ({ isOurs, rebuiltBytes, sizeBytes }: IndexSizeRow) =>
  isOurs && (rebuiltBytes === null || Number(sizeBytes) > Number(rebuiltBytes) * REGROWN);

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

function summaryOf({ rebuilt, repacked, left }: Outcome): string {
  const all = [...rebuilt, ...repacked];
  const given = all.reduce((sum, { bytes_before, bytes_after }) => sum + bytes_before - bytes_after, 0);
  const promised = all.reduce((sum, { bytes_promised }) => sum + bytes_promised, 0);
  const said =
    all.length === 0
      ? 'nothing was rebuilt'
      : `${rebuilt.length} indexes and ${repacked.length} tables rebuilt: ${given} bytes given back of ${promised} promised`;
  return [said, ...left].join('; ');
}

const dropStepOf = ({ schema, index, sizeBytes }: IndexRow): JobStep => ({
  action: 'drop index',
  target: `${schema}.${index}`,
  reason: `invalid, and left by an interrupted build or drop; ${sizeBytes} bytes`,
  sql: commands.dropIndex({ schema, index }).text,
});

const stepOf = ({ facts, sizeBytes, wastedBytes, wastedRatio, source }: BloatedIndex): JobStep => ({
  action: 'rebuild index',
  target: `${facts.schema}.${facts.index}`,
  reason: `${wastedBytes} of ${sizeBytes} bytes are wasted (${Math.round(wastedRatio * 100)} %, by ${source})`,
  sql: commands.reindexIndex(facts).text,
});
