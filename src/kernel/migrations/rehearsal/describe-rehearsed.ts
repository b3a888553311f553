import { describeStatements } from './describe-statement.js';
import type { Estimate } from './estimate-figures.js';
import { estimate, type EstimateSources } from './estimate.js';
import { PendingSchema } from './pending-schema.js';
import type { RehearsedStatement } from './rehearsal.js';
import { readDatabaseFacts, readPlan } from './relation-facts.js';
import { resolveStatement } from './resolve-statement.js';
import type { StatementDescription } from './statement-description.js';

export interface DescribedStatement extends RehearsedStatement {
  description: StatementDescription;
  estimate: Estimate;
  /** How long its locks last: up to the end of its transaction. */
  heldSeconds: number;
}

export interface RehearsedMigration {
  name: string;
  oneTransaction: boolean;
  /** What the migration says of what it found. */
  messages: string[];
  /** Why it could not be rehearsed to its end; null: it was. */
  failure: string | null;
  statements: DescribedStatement[];
}

/** A migration whose statements have been collected, and no more. */
export type Sketch = Omit<RehearsedMigration, 'statements'> & { rehearsed: RehearsedStatement[] };

/** Adds locks, work and figures from the catalogs, which it reads in one READ ONLY transaction. */
export async function describeRehearsed(
  query: (text: string, values?: unknown[]) => Promise<unknown>,
  sketches: readonly Sketch[],
): Promise<RehearsedMigration[]> {
  const described = sketches.map(({ rehearsed }) => rehearsed.map(({ sql }) => describeStatements(sql)));
  await query('BEGIN READ ONLY');
  try {
    const facts = await readDatabaseFacts(query, described.flat(2).flatMap(relationsOf));
    const schema = new PendingSchema(facts);
    const sources = { facts, schema, plan: (sql: string) => readPlan(query, sql) };
    const migrations: RehearsedMigration[] = [];
    for (const [at, { rehearsed, ...sketch }] of sketches.entries()) {
      const statements: DescribedStatement[] = [];
      for (const [index, statement] of rehearsed.entries())
        for (const description of described[at]?.[index] ?? [])
          statements.push(await complete(statement, description, index, sources));
      migrations.push({ ...sketch, statements: statements.map(withHeldTime) });
    }
    return migrations;
  } finally {
    await query('ROLLBACK');
  }
}

async function complete(
  statement: RehearsedStatement,
  found: StatementDescription,
  index: number,
  sources: EstimateSources,
): Promise<DescribedStatement> {
  const { schema } = sources;
  const transaction = `${statement.migration} ${statement.transaction ?? `alone ${index}`}`;
  schema.make(found, transaction);
  const description = resolveStatement(found, schema, transaction);
  const figures = await estimate(description.effects, statement.rows, sources);
  schema.apply(found);
  return { ...statement, sql: found.sql, description, estimate: figures, heldSeconds: 0 };
}

const relationsOf = ({ locks, effects, changes }: StatementDescription): string[] => [
  ...(locks ?? []).map(({ relation }) => relation),
  ...effects.flatMap((effect) => ('relation' in effect ? effect.relation : [])),
  ...changes.flatMap((change) => (change.made === 'constraint' ? (change.references ?? []) : [])),
];

function withHeldTime(statement: DescribedStatement, index: number, all: readonly DescribedStatement[]) {
  const held =
    statement.transaction === null
      ? [statement]
      : all.slice(index).filter(({ transaction }) => transaction === statement.transaction);
  // One of many batches: each has its own transaction.
  const heldSeconds =
    statement.rows !== null ? 0 : held.reduce((total, one) => total + one.estimate.seconds, 0);
  return { ...statement, heldSeconds };
}
