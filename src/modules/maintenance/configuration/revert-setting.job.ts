import { z } from 'zod';
import type { Job, JobContext, JobReport, JobStep } from '../../../kernel/tasks/job.js';
import {
  SERVER,
  SettingChangesRepository,
  type SettingChangeRow,
} from '../setting-changes/setting-changes.repository.js';
import type { SettingAdvice } from './advice.js';
import type { ConfigurationAdvisor } from './configuration-advisor.js';
import { alterSystemRefused, changedSince, notAdvised, nothingToRevert } from './configuration.errors.js';
import { ConfigurationRepository } from './configuration.repository.js';
import { alterSystemText } from './patch.js';
import { isSame } from './setting-values.js';
import { settleUnverified } from './unverified.js';

const parameters = z.strictObject({ name: z.string().min(1) });
type Parameters = z.infer<typeof parameters>;

/** Puts back what postgresql.auto.conf said before the last apply-setting of this name; again, before the one before. */
export class RevertSettingJob implements Job<Parameters> {
  readonly name = 'revert-setting';
  readonly description = 'Takes the last apply-setting of a server setting back; rows are settings changed.';
  readonly schedule = null;
  readonly missed = 'skip';
  readonly weight = 'light';
  readonly timeoutMs = 60_000;
  readonly retries = 0;
  readonly parameters = parameters;

  constructor(private readonly advisor: ConfigurationAdvisor) {}

  async plan(context: JobContext, { name }: Parameters): Promise<readonly JobStep[]> {
    const advice = await this.find(context, name);
    return [step(await this.changeOf(context, advice))];
  }

  async run(context: JobContext, { name }: Parameters): Promise<JobReport> {
    const advice = await this.find(context, name);
    const changes = new SettingChangesRepository(context);
    await settleUnverified(changes, advice);
    const change = await this.changeOf(context, advice);
    await new ConfigurationRepository(context).set(name, change.before);
    await changes.reverted(change.id, { andEarlier: false });
    const now = change.before ?? 'as it was before ALTER SYSTEM';
    const restart = advice.needsRestart
      ? '; it holds once the server is restarted, which is left to you'
      : '';
    return {
      rows: 1,
      steps: [step(change)],
      summary: `${name} is ${now} again${restart}`,
      details: {
        setting: name,
        before: change.after,
        after: change.before,
        needsRestart: advice.needsRestart,
      },
    };
  }

  private async find(context: JobContext, name: string): Promise<SettingAdvice> {
    const advice = (await this.advisor.advise(context)).settings.find(({ row }) => row.name === name);
    if (advice === undefined) throw notAdvised();
    if (advice.whyNot !== null) throw alterSystemRefused(advice.whyNot);
    return advice;
  }

  private async changeOf(context: JobContext, { row, auto }: SettingAdvice): Promise<SettingChangeRow> {
    const change = await new SettingChangesRepository(context).open(SERVER, row.name);
    if (change === undefined) throw nothingToRevert();
    // What was before is there when a run was killed before it could record that.
    const known = [change.after, change.before].map((value) => value ?? '');
    if (!known.some((value) => isSame(auto ?? '', value, row.unit))) throw changedSince(row.name);
    return change;
  }
}

const step = ({ setting, before, after }: SettingChangeRow): JobStep => ({
  action: 'revert server setting',
  target: setting,
  reason: `it was set to ${after}`,
  sql: alterSystemText(setting, before),
});
