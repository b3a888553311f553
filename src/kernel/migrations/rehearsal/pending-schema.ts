import type { DatabaseFacts } from './relation-facts.js';
import type { Change, IndexDefinition, StatementDescription } from './statement-description.js';
import { SqlCursor } from './sql-cursor.js';
import { tokenise } from './sql-tokens.js';

interface Constraint {
  table: string;
  name: string | null;
  check: string | null;
  references: string | null;
  valid: boolean;
}

/** The schema as the statements so far would have left it: what is there, and what they add. */
export class PendingSchema {
  private readonly madeIn = new Map<string, string>();
  private readonly columns = new Map<string, Map<string, string>>();
  private readonly constraints: Constraint[] = [];
  private readonly notNull = new Map<string, boolean>();
  private readonly dropped = new Set<string>();
  private readonly indexes = new Map<string, IndexDefinition>();

  constructor(private readonly facts: DatabaseFacts) {}

  /** Whether only the transaction that made it can see it. */
  isOwn = (relation: string, transaction: string) => this.madeIn.get(relation) === transaction;
  isMade = (relation: string) => this.madeIn.has(relation);
  isThere = (relation: string) =>
    this.isMade(relation) || this.facts.relations.has(relation) || this.indexes.has(relation);
  tableOf = (index: string) =>
    this.indexes.get(index)?.table ?? this.facts.relations.get(index)?.tableOf ?? null;

  typeOf = (table: string, column: string): string | null =>
    this.facts.relations.get(table)?.columns.find(({ name }) => name === column)?.type ??
    this.columns.get(table)?.get(column) ??
    null;

  indexColumns(table: string, index: string): string[] {
    const made = this.indexes.get(index)?.keys.filter((key) => key !== null);
    return made ?? this.facts.relations.get(table)?.indexes.find(({ name }) => name === index)?.columns ?? [];
  }

  /** The table that a foreign key refers to. */
  referencedBy(table: string, constraint: string): string | null {
    const isIt = ({ name }: { name: string | null }) => name === constraint;
    const made = this.constraints.find((one) => one.table === table && isIt(one));
    return made?.references ?? this.constraintsOf(table).find(isIt)?.references ?? null;
  }

  /** Whether its rows have been checked already. */
  isValid(table: string, constraint: string | null): boolean {
    const isIt = ({ name }: { name: string | null }) => name === constraint;
    const made = this.constraints.find((one) => one.table === table && isIt(one));
    return made?.valid ?? this.constraintsOf(table).find(isIt)?.valid ?? false;
  }

  /** The tables that the foreign keys of a column, or of the whole table, refer to. */
  referenced(table: string, column?: string): string[] {
    return this.constraintsOf(table)
      .filter(({ columns }) => column === undefined || columns.includes(column))
      .flatMap(({ references }) => references ?? []);
  }

  /** Whether PostgreSQL need not look at the rows to know that the column is NULL in none. */
  isNeverNull(table: string, column: string): boolean {
    const pending = this.notNull.get(`${table} ${column}`);
    if (pending === true) return true;
    const facts = this.facts.relations.get(table)?.columns.find(({ name }) => name === column);
    const checks = [
      ...this.constraintsOf(table)
        .filter(({ type, valid }) => type === 'c' && valid)
        .map(({ definition }) => definition.replace(/^CHECK /, '')),
      ...this.constraints
        .filter((one) => one.table === table && one.valid)
        .flatMap(({ check }) => check ?? []),
    ];
    return (
      (facts?.notNull === true && pending !== false) || checks.some((check) => provesNotNull(check, column))
    );
  }

  /** Before the statement is judged: its own new relations are nobody else's concern. */
  make({ changes, effects }: StatementDescription, transaction: string): void {
    for (const effect of effects)
      if (effect.work === 'builds an index' && effect.index.name !== null && !this.isThere(effect.index.name))
        this.madeIn.set(effect.index.name, transaction);
    for (const change of changes)
      if (change.made === 'relation') {
        if (!this.isThere(change.name)) this.madeIn.set(change.name, transaction);
        this.columns.set(change.name, new Map(change.columns));
      }
  }

  /** After it: what the next ones find. */
  apply({ changes, effects }: StatementDescription): void {
    for (const change of changes) this.applyChange(change);
    for (const effect of effects)
      if (effect.work === 'builds an index' && effect.index.name !== null)
        this.indexes.set(effect.index.name, effect.index);
  }

  private applyChange(change: Change): void {
    if (change.made === 'column') {
      const columns = this.columns.get(change.table) ?? new Map<string, string>();
      this.columns.set(change.table, columns.set(change.column, change.type));
    } else if (change.made === 'constraint') this.constraints.push({ ...change, valid: false });
    else if (change.made === 'not null' || change.made === 'nullable')
      this.notNull.set(`${change.table} ${change.column}`, change.made === 'not null');
    else if (change.made === 'no constraint') this.drop(change.table, change.name);
    else if (change.made === 'valid') {
      for (const one of this.constraints)
        if (one.table === change.table && one.name === change.constraint) one.valid = true;
    }
  }

  private drop(table: string, constraint: string): void {
    this.dropped.add(`${table} ${constraint}`);
    const at = this.constraints.findIndex((one) => one.table === table && one.name === constraint);
    if (at >= 0) this.constraints.splice(at, 1);
  }

  private constraintsOf = (table: string) =>
    (this.facts.relations.get(table)?.constraints ?? []).filter(
      ({ name }) => !this.dropped.has(`${table} ${name}`),
    );
}

/** `column IS NOT NULL`, alone or with others by AND. */
export function provesNotNull(check: string, column: string): boolean {
  const words = tokenise(check).filter(({ text }) => text !== '(' && text !== ')');
  if (words.some(({ kind, text }) => kind === 'word' && text === 'or')) return false;
  const wanted = `${column} is not null`;
  let part: string[] = [];
  const parts = [part];
  for (const [index, { kind, text }] of words.entries())
    if (kind === 'word' && text === 'and') parts.push((part = []));
    else part.push(kind === 'name' ? new SqlCursor(words, index).name() : text);
  return parts.some((words) => words.join(' ') === wanted);
}
