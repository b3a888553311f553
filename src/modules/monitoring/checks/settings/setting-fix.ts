import { alterSystemText, type SettingAdvice } from '../../../maintenance/index.js';
import type { Finding } from '../check.js';

/** What sets a setting to what is proposed for it, where something is. */
export function settingFix(advice: SettingAdvice | undefined): Pick<Finding, 'fixSql' | 'action'> {
  if (advice === undefined || advice.proposed === null) return { fixSql: null, action: null };
  const { name } = advice.row;
  const set = alterSystemText(name, advice.proposed);
  return {
    fixSql: advice.needsRestart ? set : `${set}; SELECT pg_reload_conf()`,
    action: advice.whyNot === null ? { job: 'apply-setting', parameters: { name } } : null,
  };
}

/** How it gets its effect, and who can set it when a job cannot. */
export const settingAdvice = ({ needsRestart, whyNot }: SettingAdvice) =>
  (needsRestart ? 'Set it, and restart the server in a quiet hour.' : 'Set it; it holds after a reload.') +
  (whyNot === null ? '' : ` From here it cannot be set: ${whyNot}.`);
