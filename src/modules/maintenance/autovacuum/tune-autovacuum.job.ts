import { z } from 'zod';
import type { Job, JobContext, JobReport, JobStep } from '../../../kernel/tasks/job.js';
import { SettingChangesRepository } from '../setting-changes/setting-changes.repository.js';
import { noSuchTable, notOwner } from './autovacuum.errors.js';
import { AutovacuumReadModel } from './autovacuum.read-model.js';
import { AutovacuumRepository } from './autovacuum.repository.js';
import { isLockConflict, withTableLocked } from './brief-lock.js';
import { optionsToSet, type TableProposal } from './proposals.js';

const parameters = z.strictObject({
  table: z.string().min(1).optional().meta({
    description: '`schema.table`. Named, it is set again also after somebody has taken it back.',
  }),
});
type Parameters = z.infer<typeof parameters>;

/** Per-table autovacuum settings by the table's size and traffic. What somebody else has set stays as it is. */
export class TuneAutovacuumJob implements Job<Parameters> {
  readonly name = 'tune-autovacuum';
  readonly description =
    'Sets autovacuum storage parameters of large tables by their size; rows are the settings changed.';
  readonly schedule = '30 2 * * *';
  readonly missed = 'catch-up';
  readonly weight = 'light';
  readonly timeoutMs = 10 * 60_000;
  readonly retries = 3;
  readonly parameters = parameters;

  async plan(context: JobContext, { table }: Parameters): Promise<readonly JobStep[]> {
    return (await this.todo(context, table)).map(step);
  }

  async run(context: JobContext, { table }: Parameters): Promise<JobReport> {
    const todo = await this.todo(context, table);
    const done: TableProposal[] = [];
    const locked: string[] = [];
    for (const [index, proposal] of todo.entries()) {
      context.progress(proposal.table.table, index, todo.length);
      try {
        done.push(...(await this.tune(context, proposal, table !== undefined)));
      } catch (error) {
        if (!isLockConflict(error) || (done.length === 0 && index === todo.length - 1)) throw error;
        locked.push(proposal.table.table);
      }
    }
    return report(done, locked);
  }

  private async todo(context: JobContext, name: string | undefined): Promise<TableProposal[]> {
    const readModel = new AutovacuumReadModel(context);
    if (name === undefined)
      return (await readModel.proposals()).filter(({ settings }) => optionsToSet(settings).size > 0);
    const table = await readModel.find(name);
    if (table === undefined) throw noSuchTable();
    const proposals = await readModel.proposals(table.oid, true);
    for (const { statement } of proposals)
      if (statement !== null && !table.isOurs) throw notOwner(table.owner, statement);
    return proposals.filter(({ statement }) => statement !== null);
  }

  /** Anew under the lock: somebody may have set or taken back something meanwhile. */
  private tune(context: JobContext, { table }: TableProposal, isNamed: boolean): Promise<TableProposal[]> {
    return withTableLocked(context, table, async (tx) => {
      const proposals = await new AutovacuumReadModel(tx).proposals(table.oid, isNamed);
      for (const { settings } of proposals) {
        const options = optionsToSet(settings);
        if (options.size === 0) return [];
        const changes = new SettingChangesRepository(tx);
        for (const { setting, current, value, reason } of settings.filter((s) => options.has(s.setting)))
          await changes.record({
            ...{ target: table.table, setting, reason },
            ...{ before: current, after: String(value) },
          });
        await new AutovacuumRepository(tx).set(table, options);
      }
      return proposals;
    });
  }
}

const changed = ({ settings }: TableProposal) => {
  const options = optionsToSet(settings);
  return settings.filter(({ setting }) => options.has(setting));
};

const step = (proposal: TableProposal): JobStep => ({
  action: 'set autovacuum',
  target: proposal.table.table,
  reason: changed(proposal)
    .map(({ reason }) => reason)
    .join('; '),
  sql: proposal.statement ?? '',
});

function report(done: readonly TableProposal[], locked: readonly string[]): JobReport {
  const changes = done.flatMap((proposal) =>
    changed(proposal).map(({ setting, current, value }) => ({
      ...{ table: proposal.table.table, setting },
      ...{ before: current, after: String(value) },
    })),
  );
  const what =
    changes.length === 0
      ? 'every table is as it should be, or as somebody else has set it'
      : `${changes.length} settings of ${done.length} tables`;
  const left = locked.length === 0 ? '' : `; ${locked.join(', ')} was locked: the next run tries again`;
  return { rows: changes.length, steps: done.map(step), summary: what + left, details: { changes } };
}
