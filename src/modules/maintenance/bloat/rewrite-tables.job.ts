import { z } from 'zod';
import { freeDiskBytes } from '../../../kernel/database/free-disk.js';
import { DomainError } from '../../../kernel/errors/domain-error.js';
import type { Job, JobContext, JobReport, JobStep } from '../../../kernel/tasks/job.js';
import { freeDiskSchema } from '../indexes/index-parameters.js';
import { boundOf, tableBoundShape } from './bloat-bounds.js';
import { BloatReads, rewriteBytes, type BloatedTable } from './bloat.reads.js';
import { commands, TablesRepository } from './tables.repository.js';

const parameters = z.strictObject({
  ...tableBoundShape,
  max_block_ms: z
    .number()
    .int()
    .min(100)
    .optional()
    .describe('How long readers and writers of a table may wait; by default what the configuration says.'),
  free_disk_bytes: freeDiskSchema,
});
type Parameters = z.infer<typeof parameters>;

// A careful guess, until a table of this run has shown how fast this server is.
const DEFAULT_BYTES_PER_SECOND = 20e6;

interface Rewritten {
  table: string;
  bytes_before: number;
  bytes_after: number;
  bytes_promised: number;
  source: string;
  duration_ms: number;
}

/** The plan's weekly VACUUM FULL, which keeps everybody from the table: off, unless an operator has turned it on. */
export class RewriteTablesJob implements Job<Parameters> {
  readonly name = 'rewrite-tables';
  readonly description =
    'Rewrites bloated tables by VACUUM FULL, while their readers and writers wait. Rows: tables.';
  readonly schedule = '0 3 * * 0';
  readonly missed = 'skip';
  readonly weight = 'heavy';
  readonly timeoutMs = 3_600_000;
  readonly retries = 0;
  readonly parameters = parameters;

  constructor(private readonly settings: { vacuumFull: boolean; vacuumFullMaxSeconds: number }) {}

  async plan(context: JobContext, parameters: Parameters): Promise<readonly JobStep[]> {
    if (!this.settings.vacuumFull) return [];
    const found = await bloatedTables(context, parameters, true);
    return found.map((table) => stepOf(table, DEFAULT_BYTES_PER_SECOND));
  }

  async run(context: JobContext, parameters: Parameters): Promise<JobReport> {
    // Where nothing follows from it, the estimate will do: measuring reads the tables as a whole.
    const found = await bloatedTables(context, parameters, this.settings.vacuumFull);
    if (!this.settings.vacuumFull) return { rows: 0, steps: [], ...evidence(found) };
    const maxBlockMs = parameters.max_block_ms ?? this.settings.vacuumFullMaxSeconds * 1000;
    const rewritten: Rewritten[] = [];
    const steps: JobStep[] = [];
    const left: string[] = [];
    let bytesPerSecond = DEFAULT_BYTES_PER_SECOND;
    for (const table of found) {
      context.signal.throwIfAborted();
      const free = parameters.free_disk_bytes ?? (await freeDiskBytes(context));
      const reason = whyNot(table, maxBlockMs, bytesPerSecond, free);
      if (reason !== null) {
        left.push(`${nameOf(table)} was left: ${reason}`);
        continue;
      }
      context.progress(`rewriting ${nameOf(table)}`, steps.length, found.length);
      const done = await rewriteOrLeave(context, table, maxBlockMs);
      if (typeof done === 'string') {
        left.push(`${nameOf(table)} was left: ${done}`);
        continue;
      }
      bytesPerSecond = (rewriteBytes(table) / Math.max(1, done.duration_ms)) * 1000;
      rewritten.push(done);
      steps.push(stepOf(table, bytesPerSecond));
    }
    return { rows: steps.length, steps, summary: summaryOf(rewritten, left), details: { rewritten, left } };
  }
}

async function bloatedTables(
  context: JobContext,
  parameters: Parameters,
  isMeasured: boolean,
): Promise<BloatedTable[]> {
  const found = await new BloatReads(context).tables(boundOf(parameters), () => isMeasured);
  return found.filter(({ facts }) => facts.isOurs);
}

const nameOf = ({ facts }: BloatedTable) => `${facts.schema}.${facts.table}`;

function whyNot(
  table: BloatedTable,
  maxBlockMs: number,
  bytesPerSecond: number,
  free: number | null,
): string | null {
  const bytes = rewriteBytes(table);
  const expectedMs = Math.round((bytes / bytesPerSecond) * 1000);
  if (expectedMs > maxBlockMs)
    return `it would keep readers and writers waiting for about ${expectedMs} ms, ${maxBlockMs} ms are allowed`;
  if (free === null) return 'the free disk of the server cannot be seen from here: give free_disk_bytes';
  return free < bytes ? `it needs about ${bytes} bytes of disk, and ${free} are free` : null;
}

/** What has given up has changed nothing; it would wait as long once more. */
async function rewriteOrLeave(
  context: JobContext,
  table: BloatedTable,
  maxBlockMs: number,
): Promise<Rewritten | string> {
  try {
    return await rewrite(new TablesRepository(context), table, maxBlockMs);
  } catch (error) {
    if (context.signal.aborted || !(error instanceof DomainError)) throw error;
    if (error.code === 'statement_timeout') return `it was not done after ${maxBlockMs} ms, and is as it was`;
    if (error.code === 'lock_timeout') return 'others were at work on it all the time';
    throw error;
  }
}

async function rewrite(
  repository: TablesRepository,
  table: BloatedTable,
  maxBlockMs: number,
): Promise<Rewritten> {
  const { oid } = table.facts;
  const before = await repository.size(oid);
  const startedAt = performance.now();
  await repository.rewrite(table.facts, maxBlockMs);
  const durationMs = Math.round(performance.now() - startedAt);
  const after = await repository.size(oid);
  if (before === undefined || after === undefined || after.file === before.file)
    // Somebody who may not gets a warning from PostgreSQL, and no error.
    throw new DomainError('conflict', 'table_not_rewritten', `${nameOf(table)} was not rewritten`);
  return {
    table: nameOf(table),
    bytes_before: Number(before.tableBytes),
    bytes_after: Number(after.tableBytes),
    bytes_promised: table.wastedBytes,
    source: table.source,
    duration_ms: durationMs,
  };
}

function evidence(found: readonly BloatedTable[]): Pick<JobReport, 'summary' | 'details'> {
  const off = 'VACUUM FULL is off: MAINTENANCE_VACUUM_FULL=true turns it on';
  const wasted = found.map((table) => `${nameOf(table)} wastes ${table.wastedBytes} bytes`);
  return {
    summary: [off, ...wasted].join('; '),
    details: { bloated: found.map((table) => ({ table: nameOf(table), wasted_bytes: table.wastedBytes })) },
  };
}

function summaryOf(rewritten: readonly Rewritten[], left: readonly string[]): string {
  const given = rewritten.reduce((sum, { bytes_before, bytes_after }) => sum + bytes_before - bytes_after, 0);
  const said =
    rewritten.length === 0
      ? 'no table was rewritten'
      : `${rewritten.length} tables rewritten: ${given} bytes given back, without those of their indexes`;
  return [said, ...left].join('; ');
}

const stepOf = (table: BloatedTable, bytesPerSecond: number): JobStep => ({
  action: 'rewrite table',
  target: nameOf(table),
  reason:
    `${table.wastedBytes} of ${table.sizeBytes} bytes are wasted (${Math.round(table.wastedRatio * 100)} %, by ${table.source}); ` +
    `readers and writers wait for about ${Math.ceil(rewriteBytes(table) / bytesPerSecond)} s`,
  sql: commands.vacuumFull(table.facts).text,
});
