import type { QueryRunner } from 'typeorm';

type Kind = 'TABLE' | 'FUNCTION' | 'MATERIALIZED VIEW';

/**
 * The statements that give what a migration has made to the owner of EthHook's tables, which need not be the role that
 * migrates: the triggers run with their functions' owner's rights for as long as they exist, and the server reads the tables.
 */
export async function handOver(
  runner: QueryRunner,
  ...objects: readonly (readonly [Kind, string])[]
): Promise<string[]> {
  const [owner] = (await runner.query(
    `SELECT quote_ident(r.rolname) AS "name", r.rolname = current_user AS "isMe"
       FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
      WHERE c.oid = to_regclass('public.delivery_attempts')`,
  )) as { name: string; isMe: boolean }[];
  if (owner === undefined || owner.isMe) return [];
  return objects.map(([kind, name]) => `ALTER ${kind} ${name} OWNER TO ${owner.name}`);
}
