import type { Facts } from './facts.js';
import type { Proposal } from './formula.js';
import { FORMULAS, PRELOAD, STATEMENT_STATISTICS } from './formulas.js';
import type { FileSettingRow } from './queries/list-file-settings.sql.js';
import type { SettingRow } from './queries/list-settings.sql.js';
import type { ServerRow } from './queries/read-server.sql.js';
import { isSame, listItems } from './setting-values.js';

export interface ServerState {
  server: ServerRow;
  settings: ReadonlyMap<string, SettingRow>;
  /** Empty where this role may not read them. */
  files: ReadonlyMap<string, FileSettingRow>;
}

export interface SettingAdvice {
  row: SettingRow;
  /** What the server runs with; null: our own sessions set it, and what the server says is not to be seen. */
  current: string | null;
  /** What it will run with after a reload or a restart. */
  configured: string | null;
  /** In postgresql.auto.conf; null: not there. */
  auto: string | null;
  proposed: string | null;
  reason: string;
  isDifferent: boolean;
  needsRestart: boolean;
  /** Why ALTER SYSTEM is not for us here; null: it is. */
  whyNot: string | null;
}

/** Each parameter that this server has, in the order of the formulas. */
export function advise(state: ServerState, facts: Facts): SettingAdvice[] {
  const of = (name: string, propose: (row: SettingRow) => Proposal): SettingAdvice[] => {
    const row = state.settings.get(name);
    return row === undefined ? [] : [settingAdvice(state, row, propose(row))];
  };
  return [
    ...FORMULAS.flatMap(({ name, propose }) => of(name, (row) => offered(row, propose(facts)))),
    ...of(PRELOAD, () => preload(state)),
  ];
}

function settingAdvice(state: ServerState, row: SettingRow, { value, reason }: Proposal): SettingAdvice {
  const file = state.files.get(row.name);
  const current = runningValue(state, row);
  const configured = isFixedAtStart(row) ? row.setting : (file?.setting ?? current);
  return {
    row,
    current,
    configured,
    auto: file?.isAuto ? file.setting : null,
    proposed: value,
    reason,
    isDifferent: value !== null && (configured === null || !isSame(configured, value, row.unit)),
    needsRestart: row.context === 'postmaster',
    whyNot: whyNot(state.server, row),
  };
}

// Our own sessions set some, such as jit.
function runningValue({ server, files }: ServerState, row: SettingRow): string | null {
  if (row.source !== 'client' && row.source !== 'session') return row.setting;
  return files.get(row.name)?.setting ?? (server.canReadFiles ? row.bootValue : null);
}

const isFixedAtStart = ({ source }: SettingRow) =>
  source === 'command line' || source === 'environment variable';

/** A method that this build of PostgreSQL lacks is not proposed. */
function offered({ choices, type }: SettingRow, proposal: Proposal): Proposal {
  if (type !== 'enum' || proposal.value === null || choices?.includes(proposal.value)) return proposal;
  return { value: 'on', reason: `${proposal.reason}; this server was built without ${proposal.value}` };
}

/** What is loaded, and what is to be loaded at the next start, stays: a list of ours alone would unload it. */
function preload({ server, settings, files }: ServerState): Proposal {
  const items = listItems(files.get(PRELOAD)?.setting ?? settings.get(PRELOAD)?.setting ?? '');
  if (items.includes(STATEMENT_STATISTICS)) return { value: items.join(', '), reason: 'it is in the list' };
  if (!server.hasStatementStatistics)
    return { value: null, reason: 'the server lacks pg_stat_statements: install its contrib package' };
  return {
    value: [...items, STATEMENT_STATISTICS].join(', '),
    reason: 'pg_stat_statements counts what each statement costs; the rest of the list is what is there',
  };
}

const MANAGED = { rds: 'Amazon RDS', 'cloud-sql': 'Google Cloud SQL', azure: 'Azure' } as const;

/** Of the whole server; null: it takes ALTER SYSTEM, from a role that may. */
export function refusal(server: ServerRow): string | null {
  if (server.managed !== null)
    return `${MANAGED[server.managed]} keeps this server's settings: change them there, as the patch says`;
  if (!server.allowsAlterSystem)
    return 'allow_alter_system is off: this server is configured elsewhere; the patch is for there';
  if (!server.canReadFiles || !server.canReload)
    return (
      'this role may not read the configuration files and have them reloaded: a superuser applies the patch, or grants ' +
      'SELECT ON pg_file_settings and EXECUTE ON FUNCTION pg_show_all_file_settings(), pg_reload_conf()'
    );
  return null;
}

function whyNot(server: ServerRow, row: SettingRow): string | null {
  const whole = refusal(server);
  if (whole !== null) return whole;
  if (isFixedAtStart(row))
    return `it is given by the ${row.source} that starts the server, which wins: change it there`;
  if (row.mayAlter) return null;
  return server.major < 15
    ? 'only a superuser may: the patch is for them'
    : `this role may not: GRANT ALTER SYSTEM ON PARAMETER ${row.name} TO it, or have a superuser apply the patch`;
}

/** Set, and waiting for the server to be restarted, which is never done from here. */
export function pendingRestarts({
  settings,
  files,
}: ServerState): { row: SettingRow; next: string | null }[] {
  return [...settings.values()].flatMap((row) => {
    const next = files.get(row.name)?.setting ?? null;
    // The mark stays on a setting that was taken back before the restart.
    const isBack = files.size > 0 && isSame(next ?? row.bootValue ?? '', row.setting, row.unit);
    return row.isPendingRestart && !isBack ? [{ row, next }] : [];
  });
}
