import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { splitStatements } from './sql-text.js';
import type { Direction, Finding } from './finding.js';
import type { RecordedQuery } from './record-statements.js';

const OLDEST_SUPPORTED_POSTGRES = '14';

interface Excluded {
  rule: string;
  direction?: Direction;
  /** For who wonders why it is silent. */
  reason: string;
}

/** What squawk is not asked, in any migration. */
export const excludedRules: readonly Excluded[] = [
  {
    rule: 'prefer-robust-stmts',
    reason: 'IF NOT EXISTS keeps the invalid index of an interrupted build: migrations look at the catalogs',
  },
  { rule: 'require-lock-timeout', reason: 'the runner sets lock_timeout for each transaction' },
  {
    rule: 'require-statement-timeout',
    reason: 'builds and VALIDATE may last; what must not, waits for locks',
  },
  {
    rule: 'adding-not-nullable-field',
    reason: 'set-not-null-unproven also knows the CHECK constraints of earlier migrations',
  },
  { rule: 'prefer-text-field', reason: "EthHook's columns are varchar, and none of ours is" },
  {
    rule: 'prefer-bigint-over-int',
    reason: 'keys are uuid and counts bigint; integer are HTTP codes, milliseconds, batch sizes',
  },
  { rule: 'ban-drop-table', direction: 'down', reason: 'down() drops what up() made' },
  { rule: 'ban-drop-column', direction: 'down', reason: 'down() drops what up() made' },
  { rule: 'ban-drop-not-null', direction: 'down', reason: 'down() takes back what up() set' },
];

interface SquawkFinding {
  file: string;
  /** From 0. */
  line: number;
  rule_name: string;
  message: string;
  help: string | null;
}

/** What squawk has to say about the queries, migration by migration. Throws when it cannot be run. */
export async function runSquawk(queries: readonly RecordedQuery[]): Promise<Finding[]> {
  const directory = await mkdtemp(join(tmpdir(), 'ethhook-migration-lint-'));
  try {
    const findings: Finding[] = [];
    for (const direction of ['up', 'down'] as const) {
      const files = toFiles(queries.filter((query) => query.direction === direction));
      await mkdir(join(directory, direction));
      for (const { name, text } of files) await writeFile(join(directory, direction, name), text);
      if (files.length === 0) continue;
      const reported = await squawk(join(directory, direction), direction);
      findings.push(...reported.map((one) => toFinding(one, direction, files)));
    }
    return findings;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface SqlFile {
  name: string;
  migration: string;
  text: string;
  /** By line of the file. */
  queries: string[];
}

/** One file per migration: BEGIN and COMMIT stay, for what squawk says depends on them; plain reads go. */
function toFiles(queries: readonly RecordedQuery[]): SqlFile[] {
  const files = new Map<string, SqlFile>();
  for (const { migration, sql } of queries) {
    if (splitStatements(sql).every(({ text }) => isRead(text))) continue;
    const name = `${migration}.sql`;
    const file = files.get(migration) ?? { name, migration, text: '', queries: [] };
    const terminated = `${sql.trim().replace(/;$/, '')}\n;\n`;
    file.text += terminated;
    file.queries.push(...new Array<string>(terminated.split('\n').length - 1).fill(sql));
    files.set(migration, file);
  }
  return [...files.values()];
}

const isRead = (text: string) =>
  /^(SELECT|SHOW|VALUES|TABLE|SET|RESET)\b/i.test(text) ||
  (/^WITH\b/i.test(text) && !/\b(INSERT INTO|UPDATE|DELETE FROM|MERGE INTO)\b/i.test(text));

function toFinding(found: SquawkFinding, direction: Direction, files: readonly SqlFile[]): Finding {
  const file = files.find(({ name }) => found.file.endsWith(name));
  return {
    rule: found.rule_name,
    migration: file?.migration ?? found.file,
    direction,
    sql: file?.queries[found.line] ?? null,
    message: [found.message, found.help].filter(Boolean).join(' '),
  };
}

async function squawk(directory: string, direction: Direction): Promise<SquawkFinding[]> {
  const excluded = excludedRules.filter((rule) => (rule.direction ?? direction) === direction);
  const output = await run(
    await findSquawk(),
    [
      '--reporter=json',
      `--pg-version=${OLDEST_SUPPORTED_POSTGRES}`,
      `--exclude=${excluded.map(({ rule }) => rule).join(',')}`,
      '*.sql',
    ],
    directory,
  );
  return JSON.parse(output) as SquawkFinding[];
}

/** The script of the package's bin: a link in node_modules/.bin would not be one on Windows. */
async function findSquawk(): Promise<string> {
  const manifest = resolve('node_modules', 'squawk-cli', 'package.json');
  const { bin } = JSON.parse(await readFile(manifest, 'utf8')) as { bin: { squawk: string } };
  return join(dirname(manifest), bin.squawk);
}

/** Its exit code is 1 for findings and for failures alike; only findings are JSON. */
const run = (script: string, args: string[], cwd: string) =>
  new Promise<string>((done, fail) => {
    execFile(process.execPath, [script, ...args], { cwd, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (stdout.startsWith('[')) done(stdout);
      else fail(new Error(`squawk failed: ${stderr.trim() || stdout.trim() || error?.message}`));
    });
  });
