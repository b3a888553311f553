import { z } from 'zod';
import type { Job, JobContext, JobReport, JobStep } from '../../../kernel/tasks/job.js';
import { SERVER, SettingChangesRepository } from '../setting-changes/setting-changes.repository.js';
import type { SettingAdvice } from './advice.js';
import { checkValue } from './check-value.js';
import type { ConfigurationAdvisor } from './configuration-advisor.js';
import {
  alterSystemRefused,
  badValue,
  libraryMissing,
  noProposal,
  notAdvised,
} from './configuration.errors.js';
import { ConfigurationRepository } from './configuration.repository.js';
import { FORMULAS, PRELOAD, STATEMENT_STATISTICS } from './formulas.js';
import { alterSystemText } from './patch.js';
import { isSame, listItems } from './setting-values.js';
import { settleUnverified } from './unverified.js';

const parameters = z.strictObject({
  name: z.string().min(1),
  value: z.string().min(1).optional().meta({ description: 'Else what is proposed.' }),
});
type Parameters = z.infer<typeof parameters>;

interface Wanted {
  advice: SettingAdvice;
  value: string;
  reason: string;
}

/** One advised server setting, by ALTER SYSTEM, recorded before and verified after. A restart is announced, never done. */
export class ApplySettingJob implements Job<Parameters> {
  readonly name = 'apply-setting';
  readonly description =
    'Sets one of the advised server settings by ALTER SYSTEM and reloads the configuration; rows are settings changed.';
  readonly schedule = null;
  readonly missed = 'skip';
  readonly weight = 'light';
  readonly timeoutMs = 60_000;
  readonly retries = 0;
  readonly parameters = parameters;

  constructor(private readonly advisor: ConfigurationAdvisor) {}

  async plan(context: JobContext, given: Parameters): Promise<readonly JobStep[]> {
    const wanted = await this.wanted(context, given);
    return isThere(wanted) ? [] : [step(wanted)];
  }

  async run(context: JobContext, given: Parameters): Promise<JobReport> {
    const wanted = await this.wanted(context, given);
    const { advice, value } = wanted;
    const { name } = advice.row;
    const changes = new SettingChangesRepository(context);
    await settleUnverified(changes, advice);
    if (isThere(wanted)) return { rows: 0, steps: [], summary: `${name} is ${value} already` };
    const repository = new ConfigurationRepository(context);
    if (name === PRELOAD) await checkLibraries(repository, advice, value);
    await this.set(repository, changes, wanted);
    return {
      rows: 1,
      steps: [step(wanted)],
      summary: `${name} is set to ${value}${advice.needsRestart ? '; it holds once the server is restarted, which is left to you' : ''}`,
      details: { setting: name, before: advice.configured, after: value, needsRestart: advice.needsRestart },
    };
  }

  private async set(
    repository: ConfigurationRepository,
    changes: SettingChangesRepository,
    { advice: { row, auto }, value, reason }: Wanted,
  ): Promise<void> {
    // Written by a run that was killed before the reload, and recorded by it; or by an operator, whose it stays.
    if (auto !== null && isSame(auto, value, row.unit)) return repository.set(row.name, value);
    const id = await changes.begin({ target: SERVER, setting: row.name, before: auto, after: value, reason });
    try {
      await repository.set(row.name, value);
    } catch (error) {
      // What cannot be put back now is settled by the next run.
      await repository
        .set(row.name, auto)
        .then(() => changes.drop(id))
        .catch(() => undefined);
      throw error;
    }
    await changes.verified(id);
  }

  private async wanted(context: JobContext, { name, value }: Parameters): Promise<Wanted> {
    const { settings, facts } = await this.advisor.advise(context);
    const advice = settings.find(({ row }) => row.name === name);
    if (advice === undefined) throw notAdvised();
    if (advice.whyNot !== null) throw alterSystemRefused(advice.whyNot);
    if (value === undefined) {
      if (advice.proposed === null) throw noProposal(advice.reason);
      return { advice, value: advice.proposed, reason: advice.reason };
    }
    const formula = FORMULAS.find((candidate) => candidate.name === name);
    if (formula === undefined) throw badValue('It takes no value by hand: only what is proposed');
    const checked = checkValue(value, advice.row, formula, facts);
    return { advice, value: checked, reason: `by hand, instead of ${advice.proposed ?? 'no proposal'}` };
  }
}

// Whatever our own sessions set, the files say it; and the server must have read them.
const isThere = ({ advice: { auto, configured, current, row }, value }: Wanted): boolean =>
  [configured, current].every((text) => text !== null && isSame(text, value, row.unit)) ||
  (auto !== null && row.isPendingRestart && isSame(auto, value, row.unit));

const step = ({ advice, value, reason }: Wanted): JobStep => ({
  action: 'set server setting',
  target: advice.row.name,
  reason: advice.needsRestart ? `${reason}; holds after a restart` : reason,
  sql: alterSystemText(advice.row.name, value),
});

async function checkLibraries(
  repository: ConfigurationRepository,
  { configured }: SettingAdvice,
  value: string,
): Promise<void> {
  const isNew = !listItems(configured ?? '').includes(STATEMENT_STATISTICS);
  if (
    isNew &&
    listItems(value).includes(STATEMENT_STATISTICS) &&
    !(await repository.canLoad(STATEMENT_STATISTICS))
  )
    throw libraryMissing(STATEMENT_STATISTICS);
}
