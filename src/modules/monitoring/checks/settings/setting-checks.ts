import type { AppConfig } from '../../../../kernel/config/config.js';
import { ConfigurationAdvisor } from '../../../maintenance/index.js';
import type { Check } from '../check.js';
import { ConfigurationCheck } from './configuration.check.js';
import { PendingRestartCheck } from './pending-restart.check.js';
import { StatisticsExtensionCheck } from './statistics-extension.check.js';

export function settingChecks({ config }: { config: AppConfig }): readonly Check[] {
  const advisor = new ConfigurationAdvisor(config);
  return [
    new ConfigurationCheck(advisor),
    new PendingRestartCheck(advisor),
    new StatisticsExtensionCheck(advisor),
  ];
}
