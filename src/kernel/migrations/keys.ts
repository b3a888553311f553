import type { QueryRunner } from 'typeorm';
import { findConstraint } from './catalog.js';
import { inShortTransaction } from './short-transaction.js';
import { record } from './journal.js';
import { contextOf } from './settings.js';

export interface KeySwap {
  table: string;
  /** Constraints to drop, with their indexes. */
  drop: readonly string[];
  /** What takes their place: ADD CONSTRAINT … USING INDEX …, of indexes that are built. */
  add: readonly string[];
}

interface ForeignKey {
  table: string;
  name: string;
  definition: string;
  /** Only then is it proven again: what it does not promise today may well be broken. */
  isValidated: boolean;
}

/**
 * Puts other keys in the place of a table's keys, for a moment under an exclusive lock. Foreign keys that stand on the old
 * ones, those of tables that are not ours included, are moved to the new ones in the same transaction, and then proven
 * again without a lock that anybody notices.
 */
export async function swapKeys(runner: QueryRunner, swap: KeySwap): Promise<void> {
  const object = `foreign keys to ${swap.table}`;
  await inShortTransaction(runner, async () => {
    const moved = await standingOn(runner, swap);
    for (const { table, name } of moved)
      await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${quoted(name)}`);
    const drops = swap.drop.map((name) => `DROP CONSTRAINT ${name}`);
    await runner.query(`ALTER TABLE ${swap.table} ${[...drops, ...swap.add].join(', ')}`);
    for (const { table, name, definition } of moved)
      await runner.query(`ALTER TABLE ${table} ADD CONSTRAINT ${quoted(name)} ${definition} NOT VALID`);
    if (moved.length > 0)
      await record(runner, {
        object,
        action: 'repaired',
        reason: 'moved to the new keys, to be proven again',
        evidence: { moved },
      });
  });
  await proveMovedKeys(runner, swap.table);
}

/** Also where a kill came before the proof. */
export async function proveMovedKeys(runner: QueryRunner, table: string): Promise<void> {
  const { migration, rehearsal } = contextOf(runner);
  if (rehearsal) return;
  const object = `foreign keys to ${table}`;
  const [row] = (await runner.query(
    `SELECT c.evidence -> 'moved' AS "moved" FROM public.ethhook_admin_schema_changes c
      WHERE c.migration = $1 AND c.object = $2`,
    [migration, object],
  )) as { moved: ForeignKey[] }[];
  for (const { table: from, name, isValidated } of row?.moved ?? [])
    if (isValidated && (await findConstraint(runner, from, name))?.isValidated === false)
      await runner.query(`ALTER TABLE ${from} VALIDATE CONSTRAINT ${quoted(name)}`);
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

const standingOn = (runner: QueryRunner, { table, drop }: KeySwap): Promise<ForeignKey[]> =>
  runner.query(
    `SELECT format('%I.%I', n.nspname, t.relname) AS "table", k.conname AS "name",
            k.convalidated AS "isValidated",
            regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '') AS "definition"
       FROM pg_constraint own
       JOIN pg_constraint k ON k.confrelid = own.conrelid AND k.conindid = own.conindid AND k.contype = 'f'
       JOIN pg_class t ON t.oid = k.conrelid
       JOIN pg_namespace n ON n.oid = t.relnamespace
      WHERE own.conrelid = to_regclass($1) AND own.conname = ANY($2::text[]) AND k.conparentid = 0
      ORDER BY k.conname`,
    [table, drop],
  ) as Promise<ForeignKey[]>;
