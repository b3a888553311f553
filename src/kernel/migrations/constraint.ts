import type { QueryRunner } from 'typeorm';
import { findColumn, findConstraint, type FoundConstraint } from './catalog.js';
import { record, recorded } from './journal.js';
import { MigrationError } from './session.js';
import { briefly } from './short-transaction.js';

export interface ConstraintDefinition {
  table: string;
  name: string;
  /** As pg_get_constraintdef writes it, so that what is there can be recognised. */
  definition: string;
}

/**
 * Adds it for new rows only: a lock for a moment, no scan. One that is there already is taken over, and dropConstraint
 * will leave it. Throws MigrationError when the name means something else.
 */
export async function addConstraint(runner: QueryRunner, constraint: ConstraintDefinition): Promise<void> {
  const { table, name } = constraint;
  const object = objectOf(constraint);
  const found = await findConstraint(runner, table, name);
  if (!(await recorded(runner)).some((change) => change.object === object))
    await record(
      runner,
      found === null
        ? { object, action: 'created', reason: 'it was not there' }
        : { object, action: 'kept', reason: 'it was there: taken over' },
    );
  await addMissing(runner, constraint, found);
}

const objectOf = ({ table, name }: Pick<ConstraintDefinition, 'table' | 'name'>) => `${table} ${name}`;

async function addMissing(
  runner: QueryRunner,
  { table, name, definition }: ConstraintDefinition,
  found: FoundConstraint | null,
): Promise<void> {
  if (found === null)
    await briefly(runner, `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition} NOT VALID`);
  else if (normal(found.definition) !== normal(definition))
    throw new MigrationError(
      `${table} has a constraint ${name} that is ${found.definition}; expected ${definition}. ` +
        `Rename it: ALTER TABLE ${table} RENAME CONSTRAINT ${name} TO ${name}_old`,
    );
}

/** Proves it for the rows that were there: a scan that blocks no reader or writer. */
export async function validateConstraint(
  runner: QueryRunner,
  { table, name }: Pick<ConstraintDefinition, 'table' | 'name'>,
): Promise<void> {
  const found = await findConstraint(runner, table, name);
  if (found?.isValidated !== true) await runner.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`);
}

/** Leaves what addConstraint of the same migration has found there. */
export async function dropConstraint(
  runner: QueryRunner,
  constraint: Pick<ConstraintDefinition, 'table' | 'name'>,
): Promise<void> {
  const { table, name } = constraint;
  const object = objectOf(constraint);
  const isTheirs = (await recorded(runner)).some(
    (change) => change.object === object && change.action === 'kept',
  );
  if (!isTheirs && (await findConstraint(runner, table, name)) !== null)
    await briefly(runner, `ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
}

/** NOT NULL without a scan under an exclusive lock: a valid CHECK is the proof. */
export async function requireNotNull(runner: QueryRunner, table: string, column: string): Promise<void> {
  if ((await findColumn(runner, table, column))?.isNotNull === true) return;
  const check = notNullCheck(table, column);
  await addMissing(runner, check, await findConstraint(runner, table, check.name));
  await validateConstraint(runner, check);
  await briefly(
    runner,
    `ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL`,
    `ALTER TABLE ${table} DROP CONSTRAINT ${check.name}`,
  );
}

const notNullCheck = (table: string, column: string): ConstraintDefinition => ({
  table,
  name: `${column}_is_not_null`,
  definition: `CHECK ((${column} IS NOT NULL))`,
});

/** Also where requireNotNull was left half-way. */
export async function allowNull(runner: QueryRunner, table: string, column: string): Promise<void> {
  if ((await findColumn(runner, table, column))?.isNotNull === true)
    await briefly(runner, `ALTER TABLE ${table} ALTER COLUMN ${column} DROP NOT NULL`);
  const { name } = notNullCheck(table, column);
  if ((await findConstraint(runner, table, name)) !== null)
    await briefly(runner, `ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
}

// The schema is written out or not, depending on the session's search path.
const normal = (definition: string) => definition.replaceAll('public.', '');
