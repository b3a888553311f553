import type { AppConfig } from '../../kernel/config/config.js';
import { activityChecks, type ActivityCheckDependencies } from './activity/checks/activity-checks.js';
import type { Check } from './checks/check.js';
import { settingChecks } from './checks/settings/setting-checks.js';
import { objectChecks, type ObjectCheckDependencies } from './objects/checks/object-checks.js';
import { statementsChecks } from './statements/statements-checks.js';

/** What the checks of all parts are made of. */
export interface CheckDependencies extends ActivityCheckDependencies, ObjectCheckDependencies {
  config: AppConfig;
}

/** Every check, of all parts. */
export const allChecks = (dependencies: CheckDependencies): readonly Check[] => [
  ...activityChecks(dependencies),
  ...objectChecks(dependencies),
  ...settingChecks(dependencies),
  ...statementsChecks(),
];
