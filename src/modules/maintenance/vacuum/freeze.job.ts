import {
  noParameters,
  type Job,
  type JobContext,
  type JobReport,
  type JobStep,
} from '../../../kernel/tasks/job.js';
import { heldBack, notOurs, performCare, reportOf, type CareTask } from './care-run.js';
import { CareRepository, vacuumText, type FreezeLimits, type TableCare } from './care.repository.js';
import { freezeNeed } from './freeze-need.js';

const options = { isFreeze: true };

/**
 * Freezes what is half way to the age at which autovacuum comes for it at any hour, and does not give way to anybody. Beyond
 * that age, unheard, PostgreSQL stops to give transaction ids.
 */
export class FreezeJob implements Job {
  readonly name = 'freeze';
  readonly description = 'Freezes tables before wraparound makes autovacuum do it. Rows: tables.';
  readonly schedule = '0 4 * * *';
  readonly missed = 'skip';
  readonly weight = 'heavy';
  readonly timeoutMs = 4 * 3_600_000;
  readonly retries = 1;
  readonly parameters = noParameters;

  async plan(context: JobContext): Promise<readonly JobStep[]> {
    const { tasks, others } = await look(new CareRepository(context));
    const left = others.map((table) => ({
      action: 'leave',
      target: table.table,
      reason: notOurs(table),
      sql: '',
    }));
    return [...tasks.map(({ step }) => step), ...left];
  }

  async run(context: JobContext): Promise<JobReport> {
    const repository = new CareRepository(context);
    const { tasks, others, limits } = await look(repository);
    const again = async ({ oid }: TableCare) => {
      const table = await repository.table(oid);
      return table === undefined ? null : taskOf(repository, table, limits);
    };
    const after = async ({ oid }: TableCare) => {
      const table = await repository.table(oid);
      const need = table === undefined ? null : freezeNeed(table, limits);
      if (table === undefined || need === null) return null;
      return `${table.table} is frozen, and still ${need.reason}, held back ${await heldBack(repository)}`;
    };
    const result = await performCare(context, tasks, { look: again, after });
    result.problems.push(...others.map(notOurs));
    const { databaseAge, databaseMultixactAge } = await repository.freezeLimits();
    return reportOf(result, {
      verb: 'Froze',
      nothing: 'No table is old enough.',
      details: { databaseAge, databaseMultixactAge },
    });
  }
}

/** The oldest first, PostgreSQL's own tables among them. `others`: of another role. */
async function look(repository: CareRepository) {
  const limits = await repository.freezeLimits();
  const old = (await repository.tables())
    .map((table) => ({ table, share: freezeNeed(table, limits)?.share ?? 0 }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .map(({ table }) => table);
  return {
    limits,
    tasks: old.flatMap((table) => (table.mayMaintain ? (taskOf(repository, table, limits) ?? []) : [])),
    others: old.filter(({ mayMaintain }) => !mayMaintain),
  };
}

function taskOf(
  repository: CareRepository,
  table: TableCare,
  limits: FreezeLimits,
): CareTask<TableCare> | null {
  const need = freezeNeed(table, limits);
  if (need === null) return null;
  return {
    table,
    step: { action: 'freeze', target: table.table, reason: need.reason, sql: vacuumText(table, options) },
    perform: () => repository.vacuum(table, options),
  };
}
