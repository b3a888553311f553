import {
  noParameters,
  type Job,
  type JobContext,
  type JobReport,
  type JobStep,
} from '../../../kernel/tasks/job.js';
import { notOurs, performCare, reportOf, type CareTask } from './care-run.js';
import { analyzeText, CareRepository, type PartitionedTable } from './care.repository.js';

const WORTH_SHARE = 0.5;

/** Autovacuum analyzes partitions, but never the table as a whole, from whose statistics joins over it are planned. */
export class AnalyzePartitionedJob implements Job {
  readonly name = 'analyze-partitioned';
  readonly description =
    'Analyzes partitioned tables whose partitions have changed, which autovacuum does not. Rows: tables.';
  readonly schedule = '30 2 * * *';
  readonly missed = 'skip';
  readonly weight = 'heavy';
  readonly timeoutMs = 3_600_000;
  readonly retries = 1;
  readonly parameters = noParameters;

  async plan(context: JobContext): Promise<readonly JobStep[]> {
    return (await look(new CareRepository(context))).map(({ step }) => step);
  }

  async run(context: JobContext): Promise<JobReport> {
    const repository = new CareRepository(context);
    const tasks = await look(repository);
    const ours = tasks.filter(({ table }) => table.mayMaintain);
    const result = await performCare(context, ours);
    result.problems.push(
      ...tasks.filter(({ table }) => !table.mayMaintain).map(({ table }) => notOurs(table)),
    );
    return reportOf(result, { verb: 'Analyzed', nothing: 'No partitioned table has changed.' });
  }
}

async function look(repository: CareRepository): Promise<CareTask<PartitionedTable>[]> {
  const tables = await repository.partitionedTables();
  const isOnly = tables[0]?.hasAnalyzeOnly ?? false;
  return tables.flatMap((table) => {
    const reason = analyzeReason(table);
    if (reason === null) return [];
    return {
      table,
      step: table.mayMaintain
        ? { action: 'analyze', target: table.table, reason, sql: analyzeText(table, isOnly) }
        : { action: 'leave', target: table.table, reason: notOurs(table), sql: '' },
      perform: () => repository.analyzePartitioned(table, isOnly),
    };
  });
}

function analyzeReason(table: PartitionedTable): string | null {
  const { partitions, rows, changes, analyzedSince, analyzeTrigger } = table;
  if (!table.isAnalyzed)
    return rows + changes > 0 ? `${partitions} partitions, and never analyzed as a whole` : null;
  if (analyzedSince > 0)
    return `${analyzedSince} of ${partitions} partitions have changed enough for autovacuum since`;
  if (changes < WORTH_SHARE * analyzeTrigger) return null;
  return `${changes} of ${rows} rows have changed since`;
}
