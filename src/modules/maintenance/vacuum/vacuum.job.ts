import {
  noParameters,
  type Job,
  type JobContext,
  type JobReport,
  type JobStep,
} from '../../../kernel/tasks/job.js';
import { heldBack, notOurs, performCare, reportOf, type CareTask } from './care-run.js';
import { analyzeText, CareRepository, vacuumText, type TableCare } from './care.repository.js';
import { staysDead, vacuumNeed } from './vacuum-need.js';

/** The plan's daily VACUUM ANALYZE, of the tables where it is worth it, at autovacuum's pace, and checked to have run. */
export class VacuumJob implements Job {
  readonly name = 'vacuum';
  readonly description =
    'Vacuums and analyzes the tables that are half way to their next autovacuum or further. Rows: tables.';
  readonly schedule = '0 2 * * *';
  readonly missed = 'skip';
  readonly weight = 'heavy';
  readonly timeoutMs = 4 * 3_600_000;
  readonly retries = 1;
  readonly parameters = noParameters;

  async plan(context: JobContext): Promise<readonly JobStep[]> {
    const { tasks, others } = await look(new CareRepository(context));
    return [...tasks.map(({ step }) => step), ...others.map(leftStep)];
  }

  async run(context: JobContext): Promise<JobReport> {
    const repository = new CareRepository(context);
    const { tasks, others } = await look(repository);
    const figures: Record<string, unknown>[] = [];
    const again = async ({ oid }: TableCare) => {
      const table = await repository.table(oid);
      return table === undefined ? null : taskOf(repository, table);
    };
    const after = async (before: TableCare) => {
      const table = await repository.table(before.oid);
      if (table === undefined) return null;
      figures.push(figuresOf(before, table));
      if (!staysDead(table)) return null;
      return `${table.deadRows} dead rows of ${table.table} stay, held back ${await heldBack(repository)}`;
    };
    const result = await performCare(context, tasks, { look: again, after });
    result.problems.push(...others.map(notOurs));
    return reportOf(result, {
      verb: 'Vacuumed or analyzed',
      nothing: 'No table needs it.',
      details: { tables: figures },
    });
  }
}

/** The most needy first. `others`: of another role. */
async function look(repository: CareRepository) {
  const needy = (await repository.tables())
    .filter(({ isSystem }) => !isSystem)
    .map((table) => ({ table, share: vacuumNeed(table)?.share ?? 0 }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .map(({ table }) => table);
  return {
    tasks: needy.flatMap((table) => (table.mayMaintain ? (taskOf(repository, table) ?? []) : [])),
    others: needy.filter(({ mayMaintain }) => !mayMaintain),
  };
}

function taskOf(repository: CareRepository, table: TableCare): CareTask<TableCare> | null {
  const need = vacuumNeed(table);
  if (need === null) return null;
  const { isVacuum, isAnalyze, reason } = need;
  const options = { isAnalyze };
  const action = isVacuum ? (isAnalyze ? 'vacuum and analyze' : 'vacuum') : 'analyze';
  const sql = isVacuum ? vacuumText(table, options) : analyzeText(table);
  return {
    table,
    step: { action, target: table.table, reason, sql },
    perform: () => (isVacuum ? repository.vacuum(table, options) : repository.analyze(table)),
  };
}

const figuresOf = (before: TableCare, after: TableCare) => ({
  table: after.table,
  deadRows: [before.deadRows, after.deadRows],
  visiblePages: [before.visiblePages, after.visiblePages],
  pages: after.pages,
});

const leftStep = (table: TableCare): JobStep => ({
  action: 'leave',
  target: table.table,
  reason: notOurs(table),
  sql: '',
});
