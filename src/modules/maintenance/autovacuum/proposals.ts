import type { SettingChangeRow } from '../setting-changes/setting-changes.repository.js';
import { isTuned, wantedSettings, type TunedSetting, type Wanted } from './formula.js';
import type { TableRow } from './queries/list-tables.sql.js';
import type { AutovacuumDefaultsRow } from './queries/read-defaults.sql.js';

/**
 * `new` and `changed`: to be set. `ours`: as it should be. `theirs`: set by somebody else, an operator or a migration.
 * `withdrawn`: we had set it, and it was taken back. `not owner`: only the owner's role may. The last three stay as they are.
 */
export type ProposalState = 'new' | 'changed' | 'ours' | 'theirs' | 'withdrawn' | 'not owner';

export interface SettingProposal extends Wanted {
  /** null: the server's own setting holds. */
  current: string | null;
  state: ProposalState;
}

export interface TableProposal {
  table: TableRow;
  settings: SettingProposal[];
  /** What would make it so; null when there is nothing to do. For the owner where this role is not. */
  statement: string | null;
}

/** Ours is only changed when it is off by more. */
const HYSTERESIS = 0.2;

interface Known {
  defaults: AutovacuumDefaultsRow;
  changes: readonly SettingChangeRow[];
  /** An operator names the table: what was taken back is set again. Never what somebody else has set. */
  isNamed: boolean;
}

export function proposeFor(table: TableRow, { defaults, changes, isNamed }: Known): TableProposal {
  const settings = wantedSettings(table, defaults).map((wanted) => {
    const current = table.options[wanted.setting] ?? null;
    const change = changes.find(
      ({ target, setting }) => target === table.table && setting === wanted.setting,
    );
    const state = stateOf(wanted, current, change, isNamed);
    const isTodo = state === 'new' || state === 'changed';
    return { ...wanted, current, state: isTodo && !table.isOurs ? ('not owner' as const) : state };
  });
  const options = optionsToSet(settings, ['new', 'changed', 'not owner']);
  return { table, settings, statement: statementFor(table, options) };
}

function stateOf(
  { value }: Wanted,
  current: string | null,
  change: SettingChangeRow | undefined,
  isNamed: boolean,
): ProposalState {
  const isOpen = change !== undefined && !change.isReverted;
  if (current === null) return change === undefined || isNamed ? 'new' : 'withdrawn';
  if (!isOpen || Number(change.after) !== Number(current)) return 'theirs';
  return Math.abs(Number(current) - value) <= HYSTERESIS * value ? 'ours' : 'changed';
}

export const optionsToSet = (
  settings: readonly SettingProposal[],
  states: readonly ProposalState[] = ['new', 'changed'],
): ReadonlyMap<TunedSetting, number> =>
  new Map(
    settings
      .filter(({ state }) => states.includes(state))
      .map(({ setting, value }) => [setting, value] as const),
  );

const statementFor = ({ table }: TableRow, options: ReadonlyMap<TunedSetting, number>): string | null =>
  options.size === 0 ? null : `ALTER TABLE ${table} SET (${optionList(options)})`;

export const optionList = (options: ReadonlyMap<TunedSetting, number>): string =>
  [...options].map(([setting, value]) => `${setting} = ${value}`).join(', ');

export interface Reversal {
  change: SettingChangeRow;
  setting: TunedSetting;
  /** `theirs`: it is no longer what we had set, so it stays. */
  state: 'ours' | 'theirs';
}

/** What we have set on this table and nobody has taken back. */
export const reversalsFor = (
  { table, options }: TableRow,
  changes: readonly SettingChangeRow[],
): Reversal[] =>
  changes.flatMap((change) => {
    const { target, setting, after, isReverted } = change;
    if (target !== table || isReverted || !isTuned(setting)) return [];
    const isOurs = setting in options && Number(options[setting]) === Number(after);
    return [{ change, setting, state: isOurs ? ('ours' as const) : ('theirs' as const) }];
  });
