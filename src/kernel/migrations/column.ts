import type { QueryRunner } from 'typeorm';
import { findColumn } from './catalog.js';
import { record, recorded } from './journal.js';
import { MigrationError } from './session.js';
import { briefly } from './short-transaction.js';

export interface ColumnDefinition {
  table: string;
  column: string;
  /** As format_type writes it. */
  type: string;
}

/**
 * Adds a nullable column: a lock for a moment. One that is there already, filled or not, is taken over when it has the
 * type, and dropColumn will leave it. Throws MigrationError when it has another.
 */
export async function addColumn(
  runner: QueryRunner,
  { table, column, type }: ColumnDefinition,
): Promise<void> {
  const found = await findColumn(runner, table, column);
  const name = `${table}.${column}`;
  const known = (await recorded(runner)).some(({ object }) => object === name);
  if (found === null) {
    if (!known) await record(runner, { object: name, action: 'created', reason: 'it was not there' });
    await briefly(runner, `ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
    return;
  }
  if (found.type !== type || found.isGenerated)
    throw new MigrationError(
      `${name} is there as ${found.isGenerated ? 'a generated column' : found.type}, and ${type} is needed; nothing was ` +
        `changed in it. Rename it (ALTER TABLE ${table} RENAME COLUMN ${column} TO ${column}_old) and run again`,
    );
  if (!known) await record(runner, { object: name, action: 'kept', reason: 'it was there: taken over' });
}

/** Drops what addColumn of the same migration has added. */
export async function dropColumn(
  runner: QueryRunner,
  { table, column }: Pick<ColumnDefinition, 'table' | 'column'>,
): Promise<void> {
  const name = `${table}.${column}`;
  const isOurs = (await recorded(runner)).some(
    ({ object, action }) => object === name && action === 'created',
  );
  if (isOurs && (await findColumn(runner, table, column)) !== null)
    await briefly(runner, `ALTER TABLE ${table} DROP COLUMN ${column}`);
}
