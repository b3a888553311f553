import { sum, type Estimate } from './estimate-figures.js';
import { diskNeededBytes } from './estimate.js';
import { strongest, whatBlocks } from './lock-modes.js';
import type { DescribedStatement, RehearsedMigration } from './describe-rehearsed.js';
import { NOT_KNOWN, type Effect, type RelationLock } from './statement-description.js';

const MAX_SQL_LINES = 12;
/** Shorter than this is not worth a figure. */
const MOMENT_SECONDS = 0.1;

/** The dry run for a terminal, as lines. */
export function printRehearsal(migrations: readonly RehearsedMigration[], lockTimeoutMs: number): string[] {
  if (migrations.length === 0) return ['nothing is pending'];
  return [
    ...migrations.flatMap((migration) => printMigration(migration, lockTimeoutMs)),
    ...printSummary(migrations),
  ];
}

function printMigration(migration: RehearsedMigration, lockTimeoutMs: number): string[] {
  const { name, oneTransaction, messages, failure, statements } = migration;
  return [
    `${name} (${oneTransaction ? 'in one transaction' : 'each statement on its own'})`,
    ...messages.map((message) => `  it says: ${message}`),
    ...(statements.length === 0 && failure === null ? ['  sends no statement that changes anything'] : []),
    ...statements.flatMap((statement, index) => [
      ...printGroup(migration, index),
      ...printStatement(statement, lockTimeoutMs),
    ]),
    ...(failure === null ? [] : [`  ${failure}`]),
    '',
  ];
}

function printGroup({ oneTransaction, statements }: RehearsedMigration, index: number): string[] {
  const group = statements[index]?.transaction ?? null;
  const count = statements.filter(({ transaction }) => transaction === group).length;
  const isFirst = statements[index - 1]?.transaction !== group;
  return oneTransaction || group === null || count === 1 || !isFirst
    ? []
    : [`  these ${count} in one transaction:`];
}

function printStatement(statement: DescribedStatement, lockTimeoutMs: number): string[] {
  const { sql, note, description, estimate } = statement;
  const locks = description.locks?.filter(({ isNew }) => !isNew) ?? [];
  const lockLines =
    description.locks === null
      ? [NOT_KNOWN]
      : locks.length === 0
        ? [description.locks.length > 0 ? 'lock: on nothing that others can see yet' : 'lock: on no table']
        : [
            `lock: ${describeLocks(locks)}${duration(statement, locks)}${waits(statement, locks, lockTimeoutMs)}`,
          ];
  return [
    ...shorten(sql).map((line) => `  ${line}`),
    ...[
      ...lockLines,
      `does: ${description.effects.map((effect) => describeEffect(effect, estimate)).join('; ')}`,
      ...(note === null ? [] : [`note: ${note}`]),
      ...description.remarks.map((remark) => `note: ${remark}`),
    ].map((line) => `      ${line}`),
  ];
}

function shorten(sql: string): string[] {
  const lines = sql.split('\n').map((line) => line.trimEnd());
  const margins = lines
    .slice(1)
    .filter(Boolean)
    .map((line) => line.search(/\S/));
  const margin = Math.min(...margins, 40);
  const even = lines.map((line, index) => (index === 0 ? line : line.slice(margin)));
  if (even.length <= MAX_SQL_LINES) return even;
  const head = even.slice(0, MAX_SQL_LINES - 4);
  return [...head, `… ${even.length - MAX_SQL_LINES + 1} more lines …`, ...even.slice(-3)];
}

function describeLocks(locks: readonly RelationLock[]): string {
  const modes = [...new Set(locks.map(({ mode }) => mode))];
  return modes
    .map((mode) => {
      const names = locks.filter((lock) => lock.mode === mode).map(({ relation }) => relation);
      return `${mode} on ${names.join(', ')} (${whatBlocks(mode)})`;
    })
    .join('; ');
}

const isStrong = (locks: readonly RelationLock[]) =>
  locks.some(({ mode }) => whatBlocks(mode) !== 'blocks no reads or writes');

function duration({ heldSeconds, rows }: DescribedStatement, locks: readonly RelationLock[]): string {
  if (rows !== null) return ', for each batch';
  return heldSeconds >= MOMENT_SECONDS
    ? `, for ${seconds(heldSeconds)}`
    : isStrong(locks)
      ? ', for a moment'
      : '';
}

function waits({ inTransaction }: DescribedStatement, locks: readonly RelationLock[], lockTimeoutMs: number) {
  if (!isStrong(locks)) return '';
  return inTransaction
    ? `; waits at most ${lockTimeoutMs} ms, then tries again`
    : '; waits without a limit, and what comes after it waits, too';
}

function describeEffect(effect: Effect, estimate: Estimate): string {
  if (effect.work === 'catalog only') return 'changes the catalogs only';
  if (effect.work === 'not known') return 'not known';
  const { relation } = effect;
  const took = seconds(estimate.seconds);
  const reads = `reads ${size(estimate.bytesRead)}`;
  const writes = size(estimate.bytesWritten);
  switch (effect.work) {
    case 'builds an index':
      return `builds an index on ${relation} (${reads}, makes ${writes}, ${took})`;
    case 'builds an index again':
      return `builds ${effect.index ?? `the indexes of ${relation}`} again (${reads}, makes ${writes}, ${took})`;
    case 'writes rows':
      return `writes rows in ${relation} (${count(estimate.rowsWritten)} rows, ${writes}, ${took})`;
    case 'validates':
      return `scans ${[relation, effect.references ?? []].flat().join(' and ')} (${size(estimate.bytesRead)}, ${took})`;
    case 'adopts an index':
      return `makes ${effect.index} a key of ${relation}`;
    case 'drops':
    case 'empties':
      return `${effect.work} ${relation}`;
    case 'rewrites':
    case 'refreshes':
      return `${effect.work} ${relation} (${writes}, ${took})`;
    case 'scans':
    case 'vacuums':
    case 'samples':
      return `${effect.work} ${relation} (${size(estimate.bytesRead)}, ${took})`;
  }
}

function printSummary(migrations: readonly RehearsedMigration[]): string[] {
  const statements = migrations.flatMap((migration) => migration.statements);
  const total = sum(statements.map(({ estimate }) => estimate));
  const unknown = statements.filter(({ description }) => description.locks === null).length;
  const failed = migrations.filter(({ failure }) => failure !== null).map(({ name }) => name);
  return [
    `In all: ${migrations.length} migrations, ${statements.length} statements; nothing was changed.`,
    ...strongestLocks(statements),
    `  reads ${size(total.bytesRead)}, writes ${size(total.bytesWritten)} (${count(total.rowsWritten)} rows), ` +
      `WAL ${size(total.walBytes)}; ${seconds(total.seconds)} without waits for locks`,
    `  free disk needed: ${size(diskNeededBytes(statements))}, and room for the WAL that replicas and archives hold back`,
    ...(unknown > 0
      ? [`  ${unknown} statements whose lock is not known: read them before you run them`]
      : []),
    ...(failed.length > 0 ? [`  not rehearsed to the end: ${failed.join(', ')}`] : []),
    '  Durations are rough: from sizes and assumed rates, on a server that has other work to do.',
  ];
}

function strongestLocks(statements: readonly DescribedStatement[]): string[] {
  const longest = new Map<string, { lock: RelationLock; held: number }[]>();
  for (const { description, heldSeconds } of statements)
    for (const lock of description.locks ?? [])
      if (!lock.isNew)
        longest.set(lock.relation, [...(longest.get(lock.relation) ?? []), { lock, held: heldSeconds }]);
  return [...longest].flatMap(([relation, taken]) => {
    const mode = strongest(taken.map(({ lock }) => lock.mode));
    if (mode === null || whatBlocks(mode) === 'blocks no reads or writes') return [];
    const held = Math.max(...taken.filter(({ lock }) => lock.mode === mode).map((one) => one.held));
    const length = held >= MOMENT_SECONDS ? seconds(held) : 'a moment';
    return [`  ${relation}: ${mode} (${whatBlocks(mode)}), for ${length} at most`];
  });
}

const count = (value: number) => Math.round(value).toLocaleString('en');

function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  while (value >= 1000 && units.length > 1) {
    value /= 1000;
    units.shift();
  }
  const [unit = ''] = units;
  return `${unit === 'bytes' || value >= 10 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

function seconds(value: number): string {
  if (value < 1) return 'less than 1 s';
  if (value < 120) return `about ${Math.round(value)} s`;
  return value < 7200 ? `about ${Math.round(value / 60)} min` : `about ${Math.round(value / 3600)} h`;
}
