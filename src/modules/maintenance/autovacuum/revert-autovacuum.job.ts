import { z } from 'zod';
import type { Job, JobContext, JobReport, JobStep } from '../../../kernel/tasks/job.js';
import { SettingChangesRepository } from '../setting-changes/setting-changes.repository.js';
import { noSuchTable } from './autovacuum.errors.js';
import { AutovacuumReadModel } from './autovacuum.read-model.js';
import { AutovacuumRepository } from './autovacuum.repository.js';
import { withTableLocked } from './brief-lock.js';
import { reversalsFor, type Reversal } from './proposals.js';
import type { TableRow } from './queries/list-tables.sql.js';

const parameters = z.strictObject({ table: z.string().min(1).meta({ description: '`schema.table`' }) });
type Parameters = z.infer<typeof parameters>;

/** Takes back what tune-autovacuum has set on a table. Only what was not set was ever set, so all of it is reset. */
export class RevertAutovacuumJob implements Job<Parameters> {
  readonly name = 'revert-autovacuum';
  readonly description =
    'Resets the autovacuum settings of a table that tune-autovacuum has set, which leaves it alone from then on; ' +
    'rows are the settings reset.';
  readonly schedule = null;
  readonly missed = 'skip';
  readonly weight = 'light';
  readonly timeoutMs = 60_000;
  readonly retries = 3;
  readonly parameters = parameters;

  async plan(context: JobContext, { table: name }: Parameters): Promise<readonly JobStep[]> {
    const table = await this.find(context, name);
    return steps(table, reversalsFor(table, await new SettingChangesRepository(context).latest(table.table)));
  }

  async run(context: JobContext, { table: name }: Parameters): Promise<JobReport> {
    const table = await this.find(context, name);
    const reversals = await withTableLocked(context, table, async (tx) => {
      const changes = new SettingChangesRepository(tx);
      const [now = table] = await new AutovacuumReadModel(tx).tables(table.oid);
      const found = reversalsFor(now, await changes.latest(table.table));
      const settings = ours(found);
      if (settings.length > 0) await new AutovacuumRepository(tx).reset(table, settings);
      for (const { change } of found) await changes.reverted(change.id, { andEarlier: true });
      return found;
    });
    return {
      rows: ours(reversals).length,
      steps: steps(table, reversals),
      summary: summary(reversals),
      details: {
        changes: reversals.map(({ setting, change, state }) => ({ setting, was: change.after, state })),
      },
    };
  }

  private async find(context: JobContext, name: string): Promise<TableRow> {
    const table = await new AutovacuumReadModel(context).find(name);
    if (table === undefined) throw noSuchTable();
    return table;
  }
}

const ours = (reversals: readonly Reversal[]) =>
  reversals.filter(({ state }) => state === 'ours').map(({ setting }) => setting);

function steps({ table }: TableRow, reversals: readonly Reversal[]): JobStep[] {
  const settings = ours(reversals);
  if (settings.length === 0) return [];
  return [
    {
      action: 'reset autovacuum',
      target: table,
      reason: 'what tune-autovacuum has set here was not set before',
      sql: `ALTER TABLE ${table} RESET (${settings.join(', ')})`,
    },
  ];
}

function summary(reversals: readonly Reversal[]): string {
  if (reversals.length === 0) return 'nothing here is set by tune-autovacuum';
  const kept = reversals.filter(({ state }) => state === 'theirs').map(({ setting }) => setting);
  const left = kept.length === 0 ? '' : `; ${kept.join(', ')} was changed by somebody else since and stays`;
  return `${ours(reversals).length} settings reset${left}`;
}
