import { withQuery, withThrowawayDatabase } from '../throwaway-server.js';
import type { Exception, KnownIndex } from './exceptions.js';
import type { Direction, Finding } from './finding.js';
import { History } from './history.js';
import { lockRules } from './lock-rules.js';
import {
  recordStatements,
  type MigrationClass,
  type RecordedQuery,
  type Recording,
} from './record-statements.js';
import { listRedundantIndexes, listUniqueColumns, type RedundantIndexRow } from './redundant-indexes.sql.js';
import { runSquawk } from './squawk.js';
import type { Statement } from './statement.js';
import { splitStatements } from './sql-text.js';
import { writeRules } from './write-rules.js';

export interface LintOptions {
  migrations: readonly MigrationClass[];
  /** What the databases hold before the migrations run: each of them shows branches that others do not. */
  starts: readonly ((url: string) => Promise<unknown>)[];
  exceptions: readonly Exception[];
  knownRedundantIndexes: readonly KnownIndex[];
}

export interface LintResult {
  findings: Finding[];
  /** How many were run, over all starts. */
  queries: number;
}

/** Runs the migrations up and down, on databases of its own on a superuser's server, and judges what they sent. */
export async function lintMigrations(serverUrl: string, options: LintOptions): Promise<LintResult> {
  const found: Finding[] = [];
  const queries: RecordedQuery[] = [];
  for (const start of options.starts)
    await withThrowawayDatabase(serverUrl, async (url) => {
      await start(url);
      const { recording, catalogs } = await record(url, options.migrations);
      queries.push(...recording.queries);
      found.push(
        ...recording.failures,
        ...checkQueries(recording.queries, catalogs.uniqueColumns),
        ...(await runSquawk(recording.queries)),
        ...catalogs.redundantIndexes.map(toFinding),
      );
    });
  found.push(...checkEmpty(queries, options.migrations));
  return { findings: exceptKnown(unique(found), options), queries: queries.length };
}

interface Catalogs {
  uniqueColumns: Set<string>;
  redundantIndexes: RedundantIndexRow[];
}

async function record(url: string, migrations: readonly MigrationClass[]) {
  const catalogs: Catalogs = { uniqueColumns: new Set(), redundantIndexes: [] };
  const recording: Recording = await recordStatements(url, migrations, () =>
    withQuery(url, async (query) => {
      catalogs.redundantIndexes = (await query(listRedundantIndexes)) as unknown as RedundantIndexRow[];
      catalogs.uniqueColumns = new Set(
        (await query(listUniqueColumns)).map(({ column }) => column as string),
      );
    }),
  );
  return { recording, catalogs };
}

/** Our own rules, statement by statement. */
export function checkQueries(
  queries: readonly RecordedQuery[],
  uniqueColumns: ReadonlySet<string> = new Set(),
): Finding[] {
  const history = new History(uniqueColumns);
  return queries.flatMap((query) => {
    const parts = splitStatements(query.sql);
    return parts.flatMap(({ sql, text }) => {
      const statement: Statement = { ...query, sql, text, hasCompany: parts.length > 1 };
      history.enter(statement);
      const findings = [...lockRules, ...writeRules].flatMap(({ name, check }) => {
        const message = check(statement, history);
        return message === null ? [] : [{ ...query, rule: name, message }];
      });
      history.note(statement);
      return findings;
    });
  });
}

/** A migration that sends nothing, not even a read, wherever it starts from. */
function checkEmpty(queries: readonly RecordedQuery[], migrations: readonly MigrationClass[]): Finding[] {
  const isSent = (migration: string, direction: Direction) =>
    queries.some(
      (query) =>
        query.migration === migration &&
        query.direction === direction &&
        !/^(START TRANSACTION|COMMIT|ROLLBACK)/.test(query.sql),
    );
  const reverted = queries.some(({ direction }) => direction === 'down');
  return migrations.flatMap(({ name: migration }) =>
    (reverted ? (['up', 'down'] as const) : (['up'] as const))
      .filter((direction) => !isSent(migration, direction))
      .map((direction) => ({
        rule: 'empty-migration',
        migration,
        direction,
        sql: null,
        message: `${direction}() sends no statement`,
      })),
  );
}

const toFinding = ({ index, coveredBy, kind }: RedundantIndexRow): Finding => ({
  rule: 'redundant-index',
  migration: null,
  direction: null,
  sql: null,
  message: `${index} is a ${kind} of ${coveredBy}: every write pays for both`,
});

function exceptKnown(
  findings: readonly Finding[],
  { exceptions, knownRedundantIndexes }: LintOptions,
): Finding[] {
  const excuses = ({ migration, rule, query }: Exception, finding: Finding) =>
    finding.migration === migration && finding.rule === rule && finding.sql?.includes(query) === true;
  const isKnownIndex = ({ index }: KnownIndex, finding: Finding) =>
    finding.rule === 'redundant-index' && finding.message.startsWith(`${index} is `);
  const left = findings.filter(
    (finding) =>
      !exceptions.some((exception) => excuses(exception, finding)) &&
      !knownRedundantIndexes.some((known) => isKnownIndex(known, finding)),
  );
  const stale = [
    ...exceptions
      .filter((one) => !findings.some((finding) => excuses(one, finding)))
      .map(({ query }) => query),
    ...knownRedundantIndexes
      .filter((one) => !findings.some((finding) => isKnownIndex(one, finding)))
      .map(({ index }) => index),
  ];
  return [...left, ...stale.map(staleException)];
}

const staleException = (about: string): Finding => ({
  rule: 'stale-exception',
  migration: null,
  direction: null,
  sql: null,
  message: `the exception about "${about}" in exceptions.ts excuses nothing any more: take it out`,
});

const unique = (findings: readonly Finding[]): Finding[] => [
  ...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values(),
];
