import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { ConfigurationAdvisor, SettingAdvice } from '../../../maintenance/index.js';
import type { Check, CheckResult, Finding } from '../check.js';
import { settingAdvice, settingFix } from './setting-fix.js';
import { SettingsReadModel } from './settings.read-model.js';

const EXTENSION = 'pg_stat_statements';
const BLIND =
  'Nobody sees which statements cost what: slow ones, regressed ones and what a change has helped.';

/** Data checksums are not looked for: they cannot be had while the server runs, and whoever made the cluster has chosen. */
export class StatisticsExtensionCheck implements Check {
  readonly name = 'statistics-extension-missing';
  readonly description =
    'pg_stat_statements is not loaded by the server or not there in this database, or reads are not timed.';
  readonly cadence = 'daily';

  constructor(private readonly advisor: ConfigurationAdvisor) {}

  async find(runner: QueryRunner): Promise<CheckResult> {
    const found = await new SettingsReadModel(runner).statementStatistics();
    if (found.isLoaded && found.isCreated && found.timesReads) return { findings: [], limits: [] };
    const { settings } = await this.advisor.advise(runner);
    const adviceOf = (name: string) => settings.find(({ row }) => row.name === name);
    return {
      findings: [
        ...(found.isLoaded ? [] : [notLoaded(found.isInstalled, adviceOf('shared_preload_libraries'))]),
        // Where it is not loaded it would be of no use yet.
        ...(found.isLoaded && !found.isCreated ? [notCreated] : []),
        ...(found.timesReads ? [] : [notTimed(adviceOf('track_io_timing'))]),
      ],
      limits: [],
    };
  }
}

const notLoaded = (isInstalled: boolean, advice: SettingAdvice | undefined): Finding => ({
  object: EXTENSION,
  severity: 'warning',
  title: `${EXTENSION} is not loaded by the server`,
  evidence: { loaded: false, installed: isInstalled },
  why: BLIND,
  ...(isInstalled ? settingFix(advice) : { fixSql: null, action: null }),
  advice: isInstalled
    ? `Add ${EXTENSION} to shared_preload_libraries, beside what is there. ${advice === undefined ? 'Restart the server in a quiet hour.' : settingAdvice(advice)}`
    : "Install the server's contrib package first: with the name alone in the list the server would not start again.",
});

const notCreated: Finding = {
  object: EXTENSION,
  severity: 'warning',
  title: `${EXTENSION} is loaded, and not there in this database`,
  evidence: { loaded: true, created: false },
  why: BLIND,
  fixSql: `CREATE EXTENSION IF NOT EXISTS ${EXTENSION}`,
  advice: 'A superuser creates it, or a role that may create in this database where the provider allows it.',
  action: null,
};

const notTimed = (advice: SettingAdvice | undefined): Finding => ({
  object: 'track_io_timing',
  severity: 'info',
  title: 'track_io_timing is off: reads of the disk are not timed',
  evidence: { value: 'off', bound: 'on' },
  why: 'Waiting for the disk cannot be told from computing, in plans and in the figures of statements.',
  ...settingFix(advice),
  advice:
    `It costs some 30 ns a read on most machines; pg_test_timing measures it. ${advice === undefined ? '' : settingAdvice(advice)}`.trim(),
});
