export interface ColumnFacts {
  name: string;
  type: string;
  notNull: boolean;
  /** From pg_stats; null: never analysed, or no right to see it. */
  width: number | null;
  nullShare: number | null;
  /** As pg_stats has it: negative is a share of the rows. */
  distinct: number | null;
}

export interface ConstraintFacts {
  name: string;
  type: 'c' | 'f' | 'p' | 'u' | 'x' | 'n' | 't';
  valid: boolean;
  references: string | null;
  columns: string[];
  definition: string;
}

/** What the catalogs say of a table, index or view. Names as SqlCursor has them. */
export interface RelationFacts {
  name: string;
  kind: string;
  heapBytes: number;
  toastBytes: number;
  indexBytes: number;
  rows: number;
  columns: ColumnFacts[];
  indexes: { name: string; bytes: number; columns: string[] }[];
  constraints: ConstraintFacts[];
  /** Of an index. */
  tableOf: string | null;
}

export interface DatabaseFacts {
  relations: ReadonlyMap<string, RelationFacts>;
  maintenanceWorkMemBytes: number;
}

type Query = (text: string, values?: unknown[]) => Promise<unknown>;

const nameOf = (alias: string) =>
  `(SELECT CASE WHEN n.nspname = 'public' THEN '' ELSE ${quoted('n.nspname')} || '.' END || ${quoted('k.relname')}
      FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace WHERE k.oid = ${alias})`;
const quoted = (name: string) =>
  `CASE WHEN ${name} ~ '^[a-z_][a-z0-9_$]*$' THEN ${name}::text ELSE '"' || replace(${name}, '"', '""') || '"' END`;
const columnNames = (relation: string, numbers: string) =>
  `(SELECT coalesce(jsonb_agg(a.attname ORDER BY u.position), '[]')
      FROM unnest(${numbers}) WITH ORDINALITY u (attnum, position)
      JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.attnum)`;

// A table that was never analysed has -1 rows: taken from its size, at 100 bytes a row.
const factsSql = `
SELECT w.name AS "asked", jsonb_build_object(
  'name', ${nameOf('c.oid')}, 'kind', c.relkind,
  'heapBytes', pg_relation_size(c.oid), 'indexBytes', pg_indexes_size(c.oid),
  'toastBytes', coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0),
  'rows', round(CASE WHEN c.reltuples >= 0 AND c.relpages > 0
                     THEN c.reltuples::numeric / c.relpages * (pg_relation_size(c.oid) / 8192)
                     ELSE pg_relation_size(c.oid) / 100 END),
  'tableOf', (SELECT ${nameOf('i.indrelid')} FROM pg_index i WHERE i.indexrelid = c.oid),
  'columns', (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
             'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
             'width', s.avg_width, 'nullShare', s.null_frac, 'distinct', s.n_distinct) ORDER BY a.attnum), '[]')
      FROM pg_attribute a
      JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
                          AND NOT s.inherited
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'indexes', (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
             'name', ${nameOf('i.indexrelid')}, 'bytes', pg_relation_size(i.indexrelid),
             'columns', ${columnNames('c.oid', 'i.indkey::int2[]')})), '[]')
      FROM pg_index i WHERE i.indrelid = c.oid),
  'constraints', (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
             'name', o.conname, 'type', o.contype, 'valid', o.convalidated,
             'references', ${nameOf('nullif(o.confrelid, 0)')},
             'columns', ${columnNames('c.oid', 'o.conkey')},
             'definition', pg_get_constraintdef(o.oid))), '[]')
      FROM pg_constraint o WHERE o.conrelid = c.oid)
) AS "facts"
  FROM unnest($1::text[]) w (name)
  JOIN pg_class c ON c.oid = to_regclass(w.name)`;

const memorySql = `SELECT pg_size_bytes(current_setting('maintenance_work_mem')) AS "bytes"`;

/** Facts of these relations, and of those that they refer to. Reads the catalogs only. */
export async function readDatabaseFacts(query: Query, names: Iterable<string>): Promise<DatabaseFacts> {
  const relations = new Map<string, RelationFacts>();
  let asked = [...new Set(names)].filter((name) => !/\..*\./.test(name));
  for (let round = 0; round < 2 && asked.length > 0; round++) {
    const rows = (await query(factsSql, [asked])) as { asked: string; facts: RelationFacts }[];
    for (const row of rows) {
      relations.set(row.asked, row.facts);
      relations.set(row.facts.name, row.facts);
    }
    const mentioned = rows.flatMap(({ facts }) => [
      facts.tableOf,
      ...facts.constraints.map(({ references }) => references),
    ]);
    asked = [...new Set(mentioned)].filter((name) => name !== null && !relations.has(name)) as string[];
  }
  const [memory] = (await query(memorySql)) as { bytes: string }[];
  return { relations, maintenanceWorkMemBytes: Number(memory?.bytes) };
}

export interface QueryPlan {
  rows: number;
  width: number;
}

/** What the planner expects of a query, which is not run; null: it cannot be planned here yet. */
export async function readPlan(query: Query, sql: string): Promise<QueryPlan | null> {
  // Without values there is nothing to plan a parameter with.
  if (/\$\d/.test(sql)) return null;
  await query('SAVEPOINT plan');
  try {
    const [row] = (await query(`EXPLAIN (FORMAT JSON) ${sql}`)) as {
      'QUERY PLAN': { Plan: { 'Plan Rows': number; 'Plan Width': number } }[];
    }[];
    const plan = row?.['QUERY PLAN'][0]?.Plan;
    return plan === undefined ? null : { rows: plan['Plan Rows'], width: plan['Plan Width'] };
  } catch {
    return null;
  } finally {
    await query('ROLLBACK TO SAVEPOINT plan');
  }
}
