import { NAME, nameOf, parseAlterTable, parseCreateIndex, type Known, type Rule } from './statement.js';
import { splitList } from './sql-text.js';

const indexNotConcurrent: Rule = {
  name: 'index-not-concurrent',
  check({ text }, known) {
    const made = parseCreateIndex(text);
    if (made !== null && !made.concurrently && !known.isNew(made.table))
      return `blocks the writers of ${made.table} until ${made.index} is built: CREATE INDEX CONCURRENTLY, with transaction = false`;
    const [, names] = /^DROP INDEX (?!CONCURRENTLY\b)(?:IF EXISTS )?(.+)$/i.exec(text) ?? [];
    const dropped = splitList(names ?? '').map((name) => nameOf(name.split(' ')[0]));
    const live = dropped.filter((index) => !known.isIndexOfNewTable(index));
    if (live.length > 0)
      return `takes ACCESS EXCLUSIVE on the table of ${live.join(', ')} and waits in front of its readers: DROP INDEX CONCURRENTLY`;
    if (/^REINDEX\b(?!.*\bCONCURRENTLY\b)/i.test(text))
      return 'blocks the writers until the index is built: REINDEX … CONCURRENTLY';
    return null;
  },
};

const concurrentIfNotExists: Rule = {
  name: 'concurrent-if-not-exists',
  check({ text }) {
    const made = parseCreateIndex(text);
    return made?.concurrently === true && made.ifNotExists
      ? `keeps the invalid ${made.index} that an interrupted build leaves: look for it, drop it when it is invalid, and build without IF NOT EXISTS`
      : null;
  },
};

const concurrentInTransaction: Rule = {
  name: 'concurrent-in-transaction',
  check({ text, hasCompany }, known) {
    if (!/^(CREATE (UNIQUE )?INDEX|DROP INDEX|REINDEX\b.*) CONCURRENTLY\b/i.test(text)) return null;
    if (known.inTransaction) return 'PostgreSQL refuses it in a transaction: transaction = false';
    return hasCompany ? 'a query of several statements is one transaction: send it by itself' : null;
  },
};

const setNotNullUnproven: Rule = {
  name: 'set-not-null-unproven',
  check: ({ text }, known) =>
    firstAction(text, known, (action, table) => {
      const column = nameOf(new RegExp(`^ALTER (?:COLUMN )?(${NAME}) SET NOT NULL`, 'i').exec(action)?.[1]);
      if (column === '' || known.isProvenNotNull(table, column)) return null;
      return `reads all of ${table} under ACCESS EXCLUSIVE: first CHECK (${column} IS NOT NULL) NOT VALID, then VALIDATE, then this`;
    }),
};

const validatesAtOnce: Rule = {
  name: 'constraint-validates-at-once',
  check: ({ text }, known) =>
    firstAction(text, known, (action, table) => {
      if (/^ADD .*\bNOT VALID$/i.test(action) || /^ADD .*\bUSING INDEX\b/i.test(action)) return null;
      if (/^ADD (?:CONSTRAINT \S+ )?(?:FOREIGN KEY|CHECK)\b/i.test(action))
        return `reads all of ${table} while it blocks its writers: NOT VALID, and VALIDATE CONSTRAINT in a transaction of its own`;
      if (/^ADD (?:CONSTRAINT \S+ )?(?:PRIMARY KEY|UNIQUE|EXCLUDE)\b/i.test(action))
        return `builds an index under ACCESS EXCLUSIVE on ${table}: CREATE UNIQUE INDEX CONCURRENTLY, then ADD … USING INDEX`;
      return isAddColumn(action) && /\b(?:CHECK|REFERENCES|UNIQUE|PRIMARY KEY)\b/i.test(action)
        ? `a constraint that comes with its column is checked at once under ACCESS EXCLUSIVE: add it to ${table} afterwards, NOT VALID`
        : null;
    }),
};

// Stable or immutable: evaluated once, for all rows.
const constantFunctions = new Set([
  'now',
  'transaction_timestamp',
  'statement_timestamp',
  'current_setting',
  'to_timestamp',
  'jsonb_build_object',
  'make_interval',
]);

const rewritesForColumn: Rule = {
  name: 'volatile-default',
  check: ({ text }, known) =>
    firstAction(text, known, (action, table) => {
      if (!isAddColumn(action)) return null;
      if (/\bGENERATED\b/i.test(action) || /\b(?:small|big)?serial\b/i.test(action))
        return `writes ${table} anew under ACCESS EXCLUSIVE: add a plain column and fill it by backfill()`;
      const [, given = ''] = /\bDEFAULT (.+)$/i.exec(action) ?? [];
      const called = [...given.matchAll(/(?<!::)\b(\w+) ?\(/g)].map(([, name]) => nameOf(name));
      const volatile = called.find((name) => !constantFunctions.has(name));
      return volatile === undefined
        ? null
        : `the default ${volatile}() may differ from row to row, so ${table} is written anew under ACCESS EXCLUSIVE: add the column without it, SET DEFAULT, fill by backfill()`;
    }),
};

const locksTable: Rule = {
  name: 'lock-table',
  check({ text }, known) {
    const [, names = '', mode = 'ACCESS EXCLUSIVE'] =
      /^LOCK (?:TABLE )?(?:ONLY )?(.+?)(?: IN (.+) MODE)?(?: NOWAIT)?$/i.exec(text) ?? [];
    if (mode.toUpperCase() !== 'ACCESS EXCLUSIVE') return null;
    const live = splitList(names)
      .map(nameOf)
      .filter((table) => !known.isNew(table));
    return live.length === 0
      ? null
      : `keeps readers and writers out of ${live.join(', ')}: choose a weaker mode`;
  },
};

const waitsForAdvisoryLock: Rule = {
  name: 'waiting-advisory-lock',
  check: ({ text }) =>
    /\bpg_advisory_(?:xact_)?lock(?:_shared)? ?\(/i.test(text)
      ? 'a session that waits here holds a snapshot that CREATE INDEX CONCURRENTLY waits for, a deadlock: poll pg_try_advisory_lock'
      : null,
};

const isAddColumn = (action: string) =>
  /^ADD (?!CONSTRAINT\b|CHECK\b|FOREIGN KEY\b|PRIMARY KEY\b|UNIQUE\b|EXCLUDE\b)/i.test(action);

/** What is wrong with the first action of an ALTER TABLE on a table that others use. */
function firstAction(
  text: string,
  known: Known,
  check: (action: string, table: string) => string | null,
): string | null {
  const altered = parseAlterTable(text);
  if (altered === null || known.isNew(altered.table)) return null;
  for (const action of altered.actions) {
    const message = check(action, altered.table);
    if (message !== null) return message;
  }
  return null;
}

export const lockRules: readonly Rule[] = [
  indexNotConcurrent,
  concurrentIfNotExists,
  concurrentInTransaction,
  setNotNullUnproven,
  validatesAtOnce,
  rewritesForColumn,
  locksTable,
  waitsForAdvisoryLock,
];
