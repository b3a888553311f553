import { NAME, nameOf, type Known, type Rule, type Statement } from './statement.js';

// One row per migration or backfill, and nobody else writes them.
const runnersOwnTables = new Set([
  'ethhook_admin_migrations',
  'ethhook_admin_schema_changes',
  'ethhook_admin_backfills',
]);

// Not what ends in UPDATE in FOR UPDATE, ON CONFLICT DO UPDATE, a trigger's BEFORE UPDATE, ON UPDATE CASCADE.
const write = new RegExp(
  `(?<!\\b(?:FOR|KEY|DO|ON|BEFORE|AFTER|OR|OF) )\\b(UPDATE|DELETE FROM) (?:ONLY )?(${NAME})`,
  'gi',
);
const value = String.raw`(?:\$\d|''|\d|\()`;

const wholeTableWrite: Rule = {
  name: 'whole-table-write',
  check({ text }, known) {
    if (!/^(UPDATE|DELETE|WITH|INSERT|MERGE|TRUNCATE)\b/i.test(text)) return null;
    const tables = [...writtenInOneGo(text, known)].filter(
      (table) => !known.isNew(table) && !runnersOwnTables.has(table),
    );
    if (tables.length === 0) return null;
    return (
      `writes ${tables.join(', ')} in one statement, which locks all the rows that it meets and leaves as many dead ` +
      'ones behind: use backfill(), or bound it by a range of a key'
    );
  },
};

function* writtenInOneGo(text: string, known: Known): Generator<string> {
  const truncated = /^TRUNCATE (?:TABLE )?(?:ONLY )?(.+)$/i.exec(text)?.[1];
  for (const name of truncated?.split(',') ?? []) yield nameOf(name.trim().split(' ')[0]);
  for (const [, , name] of text.matchAll(write)) {
    const table = nameOf(name);
    if (!isBounded(text, table, known)) yield table;
  }
}

/** By both ends of a range, by LIMIT, or by a value of a unique column. */
function isBounded(text: string, table: string, known: Known): boolean {
  const [, ...conditions] = text.split(/\bWHERE\b/i);
  const where = conditions.join(' WHERE ');
  const compared = (operator: string) =>
    [
      ...where.matchAll(
        new RegExp(
          `(?:\\w+\\.)?(\\w+|\\([\\w., ]+\\)) ?(?<![-<>@|&~#?=!])${operator}=?(?![<>@|&~#?=]) ?${value}`,
          'g',
        ),
      ),
    ].map(([, column]) => column?.replace(/\w+\./g, ''));
  const upper = compared('<');
  if (compared('>').some((column) => upper.includes(column))) return true;
  if (/\bBETWEEN\b|\bctid\b|\bLIMIT (?:\$|\d)/i.test(where)) return true;
  const equal = where.matchAll(
    new RegExp(`(?:\\w+\\.)?(\\w+) ?(?:= ?ANY ?\\(|= ?|\\bIN ?\\() ?(?:\\$\\d|''|\\d)`, 'gi'),
  );
  return [...equal].some(([, column]) => known.isUnique(table, nameOf(column)));
}

const rewritesTable: Rule = {
  name: 'vacuum-full',
  check: ({ text }) =>
    /^VACUUM ?(?:\([^)]*\bFULL\b(?! (?:false|off|0)\b)|FULL\b)|^CLUSTER\b/i.test(text)
      ? 'writes the table anew under ACCESS EXCLUSIVE: plain VACUUM between batches keeps it from growing'
      : null,
};

const refreshNotConcurrent: Rule = {
  name: 'refresh-not-concurrent',
  check({ text }, known) {
    const match = new RegExp(`^REFRESH MATERIALIZED VIEW (?!CONCURRENTLY\\b)(${NAME})`, 'i').exec(text);
    if (match === null || known.isNew(nameOf(match[1]))) return null;
    return `keeps readers out of ${nameOf(match[1])} until it is filled: REFRESH … CONCURRENTLY`;
  },
};

const hidesStatements: Rule = {
  name: 'hidden-statements',
  check: ({ sql, text }: Statement) =>
    /^DO\b/i.test(text)
      ? 'a DO block hides its statements from this check and from the dry run: send them one by one'
      : /--.*squawk-ignore|\/\*.*squawk-ignore/i.test(sql)
        ? 'squawk-ignore has no reason with it: list the statement in scripts/migration-lint/exceptions.ts'
        : null,
};

export const writeRules: readonly Rule[] = [
  wholeTableWrite,
  rewritesTable,
  refreshNotConcurrent,
  hidesStatements,
];
