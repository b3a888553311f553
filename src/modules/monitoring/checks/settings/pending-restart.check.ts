import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { ConfigurationAdvisor } from '../../../maintenance/index.js';
import type { Check, CheckResult } from '../check.js';
import { SettingsReadModel } from './settings.read-model.js';

/** Of settings, which the server reads at its start only. */
export class PendingRestartCheck implements Check {
  readonly name = 'pending-restart';
  readonly description = 'Settings that were changed and hold only once the server is restarted.';
  readonly cadence = 'daily';

  constructor(private readonly advisor: ConfigurationAdvisor) {}

  async find(runner: QueryRunner): Promise<CheckResult> {
    const { pendingRestarts } = await this.advisor.advise(runner);
    const { role, seesAllSettings } = await new SettingsReadModel(runner).role();
    return {
      findings: pendingRestarts.map(({ row, next }) => ({
        object: row.name,
        severity: 'warning',
        title: `${row.name} waits for a restart of the server`,
        evidence: { running: row.setting, unit: row.unit, after_restart: next, max_waiting: 0 },
        why: 'The server runs otherwise than it is configured, and the next restart, also one after a crash, changes it unasked.',
        fixSql: null,
        advice:
          'Restart the server in a quiet hour. What is not wanted any more is taken back first, by the job revert-setting ' +
          `or ALTER SYSTEM RESET ${row.name}.`,
        action: null,
      })),
      limits: seesAllSettings
        ? []
        : [`Settings that not every role sees were not looked at: GRANT pg_monitor TO ${role}`],
    };
  }
}
