import { freeDiskBytes } from '../../../kernel/database/free-disk.js';
import type { JobContext, JobStep } from '../../../kernel/tasks/job.js';
import { BloatReads, rewriteBytes, type BloatBound, type BloatedTable } from './bloat.reads.js';
import { PgRepack } from './pg-repack.js';
import { commands, TablesRepository } from './tables.repository.js';

/** Less than after what the server ends an idle session. */
const ASK_EVERY_MS = 1000;

export interface RepackSettings {
  /** The client program; undefined: it must not be run. */
  program: string | undefined;
  databaseUrl: string;
}

export interface Repacked {
  table: string;
  bytes_before: number;
  bytes_after: number;
  bytes_promised: number;
  source: string;
}

/** Bloated tables, beside their readers and writers, where pg_repack is installed and an operator allows it. */
export class TableRepack {
  private readonly repository: TablesRepository;

  constructor(
    private readonly context: JobContext,
    private readonly settings: RepackSettings,
  ) {
    this.repository = new TablesRepository(context);
  }

  /** Measured, which reads them as a whole, only when something can be done for them. */
  async bloated(bound: BloatBound, client: PgRepack | string): Promise<BloatedTable[]> {
    const found = await new BloatReads(this.context).tables(bound, () => typeof client !== 'string');
    return found.filter(({ facts }) => facts.isOurs);
  }

  /** Why it cannot be done here; a PgRepack when it can. */
  async client(): Promise<PgRepack | string> {
    const { program, databaseUrl } = this.settings;
    const extension = await this.repository.repackVersion();
    if (extension === null) return 'the extension pg_repack is not installed';
    if (program === undefined) return 'MAINTENANCE_PG_REPACK does not say where its program is';
    const client = new PgRepack(program, databaseUrl);
    const version = await client.version();
    if (version === null) return 'the program that MAINTENANCE_PG_REPACK names does not answer';
    return version === extension
      ? client
      : `the program is of version ${version}, the extension of ${extension}`;
  }

  /** What a kill has left. Returns the steps. */
  async clean(): Promise<JobStep[]> {
    const steps = await this.remnants();
    for (const { oid } of await this.repository.repackRemnants())
      await this.repository.dropRepackRemnant(oid);
    return steps;
  }

  async remnants(): Promise<JobStep[]> {
    const found = await this.repository.repackRemnants();
    return found.map(({ oid, name }) => ({
      action: 'clean up after pg_repack',
      target: name,
      reason: 'a pg_repack was killed: its trigger logs every write for nobody',
      sql: commands.dropRepackRemnant({ oid }).text,
    }));
  }

  stepOf({ facts, wastedBytes, sizeBytes, source }: BloatedTable, client: PgRepack): JobStep {
    return {
      action: 'repack table',
      target: `${facts.schema}.${facts.table}`,
      reason: `${wastedBytes} of ${sizeBytes} bytes are wasted, by ${source}`,
      sql: ['pg_repack', ...client.arguments(quoted(facts))].join(' '),
    };
  }

  /** Returns why it was left. */
  async repack(
    table: BloatedTable,
    client: PgRepack,
    freeDisk: number | undefined,
  ): Promise<Repacked | string> {
    const { facts } = table;
    const name = `${facts.schema}.${facts.table}`;
    const free = freeDisk ?? (await freeDiskBytes(this.context));
    const needed = rewriteBytes(table);
    if (free === null)
      return `${name}: the free disk of the server cannot be seen from here: give free_disk_bytes`;
    if (free < needed) return `${name} needs about ${needed} bytes of disk, ${free} are free`;
    const before = await this.repository.size(facts.oid);
    await this.whileOurs((signal) => client.run(quoted(facts), signal));
    const after = await this.repository.size(facts.oid);
    if (before === undefined || after === undefined || before.file === after.file)
      return `${name} was left by pg_repack: others were at work on it all the time, or it has no key`;
    return {
      table: name,
      bytes_before: Number(before.tableBytes),
      bytes_after: Number(after.tableBytes),
      bytes_promised: table.wastedBytes,
      source: table.source,
    };
  }

  /** The program works in sessions of its own, which know nothing of the run: a run that is not ours any more ends it. */
  private async whileOurs(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const lost = new AbortController();
    const ask = () => void this.repository.repackVersion().catch((error: unknown) => lost.abort(error));
    const timer = setInterval(ask, ASK_EVERY_MS);
    try {
      await work(AbortSignal.any([this.context.signal, lost.signal]));
    } finally {
      clearInterval(timer);
    }
  }
}

const quoted = ({ schema, table }: { schema: string; table: string }) =>
  [schema, table].map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
