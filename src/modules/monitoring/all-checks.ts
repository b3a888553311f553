import type { AppConfig } from '../../kernel/config/config.js';
import type { Check } from './checks/check.js';
import { settingChecks } from './checks/settings/setting-checks.js';

/** What the checks of all parts are made of. */
export interface CheckDependencies {
  config: AppConfig;
}

/** Every check, of all parts. */
export const allChecks = (dependencies: CheckDependencies): readonly Check[] => [
  ...settingChecks(dependencies),
];
