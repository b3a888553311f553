import { indexOfPhrase } from './sql-cursor.js';
import type { SqlToken } from './sql-tokens.js';

/** `session`: of the session that sends it alone, nothing of the database. */
export type StatementClass = 'read' | 'session' | 'change';

const sessionWords = new Set(
  'set reset begin start commit end rollback abort savepoint release listen unlisten discard deallocate'.split(
    ' ',
  ),
);
const readWords = new Set(['select', 'with', 'values', 'table', 'show', '(']);
const sessionFunction = /^(set_config|pg_(try_)?advisory_\w+)$/;

// What a read-only transaction does not refuse although it changes something for others.
const changingFunction = new RegExp(
  '^(pg_(terminate|cancel)_backend|pg_reload_conf|pg_rotate_logfile|pg_promote|pg_switch_wal|pg_notify|' +
    'pg_create_\\w+|pg_drop_\\w+|pg_copy_\\w+|pg_replication_\\w+|pg_logical_\\w+|pg_wal_replay_\\w+|pg_backup_\\w+|' +
    'pg_(start|stop)_backup|pg_log_\\w+|pg_stat_\\w*reset\\w*|pg_stat_force_next_flush|pg_sync_\\w+|pg_file_\\w+|' +
    'pg_import_\\w+|pg_(restore|clear)_\\w+|dblink\\w*|lo_\\w+)$',
);

/** How to treat a statement when nothing may be changed. In doubt it is a change. */
export function classify(tokens: readonly SqlToken[]): StatementClass {
  const [first] = tokens;
  if (first === undefined) return 'session';
  if (first.kind === 'word' && sessionWords.has(first.text)) return 'session';
  if (!readWords.has(first.text) || first.kind === 'name') return 'change';
  if (writes(tokens) || calls(tokens, changingFunction)) return 'change';
  return calls(tokens, sessionFunction) ? 'session' : 'read';
}

function writes(tokens: readonly SqlToken[]): boolean {
  const locksRows = ['for update', 'for no key update', 'for share', 'for key share'];
  if (locksRows.some((phrase) => indexOfPhrase(tokens, phrase, true) >= 0)) return true;
  if (indexOfPhrase(tokens, 'into') >= 0) return true;
  // As a statement of its own: after WITH's list or in it.
  return tokens.some(
    ({ kind, text }, index) =>
      kind === 'word' &&
      ['insert', 'update', 'delete', 'merge'].includes(text) &&
      ['(', ')'].includes(tokens[index - 1]?.text ?? ''),
  );
}

const calls = (tokens: readonly SqlToken[], names: RegExp) =>
  tokens.some(
    ({ kind, text }, index) =>
      (kind === 'word' || kind === 'name') &&
      names.test(text) &&
      tokens[index + 1]?.kind === 'other' &&
      tokens[index + 1]?.text === '(',
  );
