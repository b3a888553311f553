import type { QueryRunner } from 'typeorm';
import { record } from '../kernel/migrations/journal.js';
import { MigrationError } from '../kernel/migrations/session.js';
import { briefly } from '../kernel/migrations/short-transaction.js';

/**
 * Makes way for one of our aggregates where somebody has already made the plan's: it is derived from the attempts, so ours
 * takes its place. Returns false when ours is there already. Throws MigrationError when the name means something else.
 */
export async function replaceThePlans(
  queryRunner: QueryRunner,
  name: string,
  kind: 'TABLE' | 'MATERIALIZED VIEW',
  columns: readonly string[],
  added: readonly string[],
): Promise<boolean> {
  const found = (await queryRunner.query(
    `SELECT c.relkind AS "kind", array_agg(a.attname::text ORDER BY a.attname) AS "columns"
       FROM pg_class c
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.oid = to_regclass($1) GROUP BY c.relkind`,
    [`public.${name}`],
  )) as { kind: string; columns: string[] }[];
  const [relation] = found;
  if (relation === undefined) return true;
  const isKind = relation.kind === (kind === 'TABLE' ? 'r' : 'm');
  if (isKind && same(relation.columns, [...columns, ...added])) return false;
  if (!isKind || !same(relation.columns, columns))
    throw new MigrationError(
      `there is something else called ${name}, with the columns ${relation.columns.join(', ')}; it was left as it is. ` +
        `Rename it and run again: ALTER ${kinds[relation.kind] ?? 'TABLE'} public.${name} RENAME TO ${name}_old`,
    );
  await record(queryRunner, {
    object: name,
    action: 'repaired',
    reason: "the plan's form of it, derived from the attempts, gives way to one whose averages can be merged",
  });
  const drop = `DROP ${kind} public.${name}`;
  await (queryRunner.isTransactionActive ? queryRunner.query(drop) : briefly(queryRunner, drop));
  return true;
}

// pg_class.relkind; ALTER TABLE renames all others too.
const kinds: Readonly<Record<string, string>> = { v: 'VIEW', m: 'MATERIALIZED VIEW' };

const same = (found: readonly string[], expected: readonly string[]) =>
  found.join() === [...expected].sort().join();
