import type { QueryRunner } from 'typeorm';

/** What the catalogs say; reads only, so that a dry run asks the same questions. Tables are given as schema.name. */

export interface FoundIndex {
  /** Schema-qualified table. */
  table: string;
  /** As pg_get_indexdef writes it. */
  definition: string;
  isValid: boolean;
  isUnique: boolean;
  /** The constraint that it backs. */
  constraint: string | null;
  /** The backend that is building it at this moment. */
  builderPid: number | null;
  sizeBytes: number;
}

export async function findIndex(runner: QueryRunner, name: string): Promise<FoundIndex | null> {
  const [row] = (await runner.query(
    `SELECT format('%I.%I', n.nspname, t.relname) AS "table", pg_get_indexdef(i.indexrelid) AS "definition",
            i.indisvalid AND i.indisready AND i.indislive AS "isValid", i.indisunique AS "isUnique",
            (SELECT k.conname FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
              AS "constraint",
            coalesce(
              (SELECT p.pid FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid LIMIT 1),
              -- What roles without pg_read_all_stats are not shown: somebody is at work on the table, they see no more.
              (SELECT l.pid FROM pg_locks l
                WHERE NOT i.indisvalid AND l.relation = i.indrelid AND l.granted AND l.pid <> pg_backend_pid()
                  AND l.mode = 'ShareUpdateExclusiveLock'
                  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
                  AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = l.pid AND a.backend_type IS NOT NULL)
                LIMIT 1)) AS "builderPid",
            pg_relation_size(i.indexrelid)::float8 AS "sizeBytes"
       FROM pg_index i
       JOIN pg_class x ON x.oid = i.indexrelid
       JOIN pg_class t ON t.oid = i.indrelid
       JOIN pg_namespace n ON n.oid = x.relnamespace
      WHERE n.nspname = 'public' AND x.relname = $1`,
    [name],
  )) as FoundIndex[];
  return row ?? null;
}

export interface FoundConstraint {
  definition: string;
  isValidated: boolean;
}

/** The definition without its NOT VALID. */
export async function findConstraint(
  runner: QueryRunner,
  table: string,
  name: string,
): Promise<FoundConstraint | null> {
  const [row] = (await runner.query(
    `SELECT regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '') AS "definition",
            k.convalidated AS "isValidated"
       FROM pg_constraint k WHERE k.conrelid = to_regclass($1) AND k.conname = $2`,
    [table, name],
  )) as FoundConstraint[];
  return row ?? null;
}

export interface FoundColumn {
  type: string;
  isNotNull: boolean;
  isGenerated: boolean;
}

export async function findColumn(
  runner: QueryRunner,
  table: string,
  column: string,
): Promise<FoundColumn | null> {
  const [row] = (await runner.query(
    `SELECT format_type(a.atttypid, a.atttypmod) AS "type", a.attnotnull AS "isNotNull",
            a.attgenerated <> '' AS "isGenerated"
       FROM pg_attribute a
      WHERE a.attrelid = to_regclass($1) AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped`,
    [table, column],
  )) as FoundColumn[];
  return row ?? null;
}

export async function relationExists(runner: QueryRunner, name: string): Promise<boolean> {
  const [row] = (await runner.query(`SELECT to_regclass($1) IS NOT NULL AS "present"`, [name])) as {
    present: boolean;
  }[];
  return row?.present === true;
}
