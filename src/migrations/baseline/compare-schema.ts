import { expectedSchema, type ExpectedTable } from './expected-schema.js';
import type { FoundColumn, FoundKey, FoundSchema } from './read-schema.js';

export interface Comparison {
  /** Would make reads or writes wrong. */
  differences: string[];
  /** Worth knowing, harmless to reads and writes. */
  notices: string[];
}

/** Says every difference between what is there and EthHook's schema, table by table. */
export function compareSchema(found: FoundSchema): Comparison {
  const result: Comparison = { differences: [], notices: [] };
  for (const [table, expected] of Object.entries(expectedSchema)) {
    const relation = found.relations.find((candidate) => candidate.table === table);
    if (relation === undefined) {
      result.differences.push(`${table}: table is missing`);
      continue;
    }
    if (relation.kind !== 'table')
      result.differences.push(`${table}: expected a table, found a ${relation.kind}`);
    if (relation.hidesRows)
      result.differences.push(`${table}: row-level security hides rows from the role of this connection`);
    compareColumns(table, expected, ofTable(found.columns, table), result);
    compareKeys(table, expected, ofTable(found.keys, table), result);
  }
  return result;
}

const ofTable = <T extends { table: string }>(items: readonly T[], table: string) =>
  items.filter((item) => item.table === table);

function compareColumns(
  table: string,
  expected: ExpectedTable,
  found: readonly FoundColumn[],
  result: Comparison,
): void {
  for (const [column, definition] of Object.entries(expected.columns)) {
    const actual = found.find((candidate) => candidate.column === column);
    if (actual) compareColumn(`${table}.${column}`, parseColumn(definition), actual, result);
    else result.differences.push(`${table}.${column}: column is missing, expected ${definition}`);
  }
  for (const extra of found)
    if (!Object.hasOwn(expected.columns, extra.column))
      result.notices.push(
        `${table}.${extra.column}: additional column ${typeOf(extra)}${insertWarning(extra)}`,
      );
}

type Column = Pick<FoundColumn, 'type' | 'notNull' | 'default'>;

function compareColumn(subject: string, expected: Column, found: Column, result: Comparison): void {
  if (expected.type !== found.type || (expected.notNull && !found.notNull))
    result.differences.push(`${subject}: expected ${typeOf(expected)}, found ${typeOf(found)}`);
  else if (found.notNull && !expected.notNull)
    result.notices.push(
      `${subject}: expected ${typeOf(expected)}, found ${typeOf(found)}${insertWarning(found)}`,
    );

  const foundDefault = unqualified(found.default);
  if (expected.default === foundDefault) return;
  const sentence = `${subject}: expected ${defaultOf(expected.default)}, found ${defaultOf(foundDefault)}`;
  // Only then do inserts that leave the column out fail.
  const breaksInserts = expected.notNull && found.default === null;
  (breaksInserts ? result.differences : result.notices).push(sentence);
}

function parseColumn(definition: string): Column {
  const [head = '', defaultText] = definition.split(' DEFAULT ');
  const type = head.replace(/ NOT NULL$/, '');
  return { type, notNull: type !== head, default: defaultText ?? null };
}

const typeOf = ({ type, notNull }: Column) => (notNull ? `${type} NOT NULL` : type);
const defaultOf = (text: string | null) => (text === null ? 'no default' : `DEFAULT ${text}`);
const insertWarning = (column: Column) =>
  column.notNull && column.default === null && !column.type.includes(' GENERATED ')
    ? ' without a default: inserts that leave it out fail'
    : '';

// The schema of uuid-ossp is written out when it is not on the search path.
const unqualified = (text: string | null) =>
  text?.replace(/^(\w+|"[^"]+")\.(uuid_generate_v4\(\))$/, '$2') ?? null;

type KeyKind = FoundKey['kind'];

function compareKeys(
  table: string,
  expected: ExpectedTable,
  found: readonly FoundKey[],
  result: Comparison,
): void {
  const wanted: [KeyKind, readonly string[], string[]][] = [
    ['primary key', [expected.primaryKey], result.differences],
    ['unique key', expected.uniqueKeys ?? [], result.differences],
    ['foreign key', expected.foreignKeys ?? [], result.differences],
    ['index', expected.indexes ?? [], result.notices],
  ];
  const serving = new Set<FoundKey>();
  for (const [kind, definitions, sink] of wanted)
    for (const definition of definitions) {
      const ofKind = found.filter((key) => key.kind === kind);
      const exact = ofKind.filter((key) => serves(key, definition));
      const near = ofKind.filter((key) => exact.length === 0 && resembles(key, definition));
      for (const key of [...exact, ...near]) serving.add(key);
      if (exact.length === 0) sink.push(missingKey(table, kind, definition, near));
    }
  for (const key of found) if (!serving.has(key)) result.notices.push(additionalKey(table, key));
}

const definitionOf = ({ subject, qualifier }: FoundKey) => `${subject} ${qualifier}`.trim();

function serves(key: FoundKey, definition: string): boolean {
  if (sortColumns(definitionOf(key)) === sortColumns(definition)) return true;
  // A key over all rows promises what one over some of them does.
  const [columns] = definition.split(' WHERE ');
  return key.kind === 'unique key' && key.qualifier === '' && key.subject === columns;
}

function resembles(key: FoundKey, definition: string): boolean {
  return key.kind === 'primary key' || sortColumns(definition).startsWith(sortColumns(key.subject));
}

// Uniqueness does not depend on the order of the columns.
const sortColumns = (definition: string) =>
  definition.replace(/^\(([^()]*)\)/, (_, columns: string) => `(${columns.split(', ').sort().join(', ')})`);

const missingKey = (table: string, kind: KeyKind, definition: string, near: readonly FoundKey[]) =>
  near.length === 0
    ? `${table}: ${kind} ${definition} is missing`
    : `${table}: expected ${kind} ${definition}, found ${near.map(definitionOf).join(' and ')}`;

const additionalKey = (table: string, key: FoundKey) =>
  `${table}: additional ${key.kind} ${key.name} ${definitionOf(key)}`;
