/** One object. Sorted by sortKey, so that the order does not depend on when it was created. */
export interface ObjectRow {
  /** The table or view it belongs to; null for what belongs to none. */
  relation: string | null;
  definition: string;
}

const qualified = (schema: string, name: string) =>
  `CASE ${schema} WHEN 'public' THEN '' ELSE quote_ident(${schema}) || '.' END || quote_ident(${name})`;
const ownSchemas = `n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'`;
const noMember = (catalog: string, oid: string) =>
  `NOT EXISTS (SELECT FROM pg_depend e
                WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;
const relations = (kinds: string) => `pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace AND ${ownSchemas}
                     AND c.relkind IN (${kinds}) AND ${noMember('pg_class', 'c.oid')}`;
const relationName = qualified('n.nspname', 'c.relname');
const sorted = (rows: string) =>
  `SELECT "relation", "definition" FROM (${rows}) o ORDER BY "sortKey" COLLATE "C", "definition" COLLATE "C"`;

const schemas = `
SELECT NULL AS "relation", '1 ' || n.nspname AS "sortKey",
       format('CREATE SCHEMA %I;', n.nspname) AS "definition"
  FROM pg_namespace n
 WHERE ${ownSchemas} AND n.nspname <> 'public' AND ${noMember('pg_namespace', 'n.oid')}`;

// plpgsql is in every database.
const extensions = `
SELECT NULL, '2 ' || x.extname, format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I;', x.extname, n.nspname)
  FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
 WHERE x.extname <> 'plpgsql'`;

const enums = `
SELECT NULL, '3 ' || t.typname,
       format('CREATE TYPE %s AS ENUM (%s);', ${qualified('n.nspname', 't.typname')},
              (SELECT string_agg(quote_literal(v.enumlabel), ', ' ORDER BY v.enumsortorder)
                 FROM pg_enum v WHERE v.enumtypid = t.oid))
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace AND ${ownSchemas}
 WHERE t.typtype = 'e' AND ${noMember('pg_type', 't.oid')}`;

const domains = `
SELECT NULL, '4 ' || t.typname,
       concat_ws(' ', 'CREATE DOMAIN', ${qualified('n.nspname', 't.typname')}, 'AS',
                 format_type(t.typbasetype, t.typtypmod), 'DEFAULT ' || t.typdefault,
                 CASE WHEN t.typnotnull THEN 'NOT NULL' END,
                 (SELECT string_agg(format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), ' '
                                    ORDER BY k.conname)
                    FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')) || ';'
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace AND ${ownSchemas}
 WHERE t.typtype = 'd' AND ${noMember('pg_type', 't.oid')}`;

// Those of identity columns come with their table.
const sequences = `
SELECT NULL, '5 ' || c.relname,
       format('CREATE SEQUENCE %s AS %s START %s INCREMENT %s MINVALUE %s MAXVALUE %s CACHE %s%s;',
              ${relationName}, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
              s.seqcache, CASE WHEN s.seqcycle THEN ' CYCLE' END)
  FROM ${relations("'S'")}
  JOIN pg_sequence s ON s.seqrelid = c.oid
 WHERE NOT EXISTS (SELECT FROM pg_depend i
                    WHERE i.classid = 'pg_class'::regclass AND i.objid = c.oid AND i.deptype = 'i')`;

export const preambleSql = sorted([schemas, extensions, enums, domains, sequences].join('\nUNION ALL'));

const columnLine = `concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
  CASE WHEN a.attcollation <> y.typcollation THEN 'COLLATE ' || quote_ident(l.collname) END,
  CASE WHEN a.attidentity <> ''
         THEN format('GENERATED %s AS IDENTITY', CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END)
       WHEN a.attgenerated <> ''
         THEN format('GENERATED ALWAYS AS (%s) %s', pg_get_expr(d.adbin, d.adrelid),
                     CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END)
       ELSE 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END,
  CASE WHEN a.attnotnull THEN 'NOT NULL' END)`;

// NOT NULL comes with its column: only PostgreSQL 18 has it as a constraint too (contype n).
const tables = `
SELECT ${relationName} AS "relation",
       c.relispartition::int || ' ' || ${relationName} || ' 1' AS "sortKey",
       format('CREATE %sTABLE %s ', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' END, ${relationName})
         || CASE WHEN c.relispartition
                 THEN format('PARTITION OF %s %s', (SELECT h.inhparent::regclass FROM pg_inherits h
                                                     WHERE h.inhrelid = c.oid),
                             pg_get_expr(c.relpartbound, c.oid))
                 ELSE format(E'(\\n    %s\\n)', concat_ws(E',\\n    ', col.lines, con.lines)) END
         || coalesce(' PARTITION BY ' || CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END, '')
         || coalesce(E'\\nWITH (' || opt.list || ')', '') || ';' AS "definition"
  FROM ${relations("'r', 'p'")}
 CROSS JOIN LATERAL (
   SELECT string_agg(${columnLine}, E',\\n    ' ORDER BY a.attnum) AS lines
     FROM pg_attribute a
     JOIN pg_type y ON y.oid = a.atttypid
     LEFT JOIN pg_collation l ON l.oid = a.attcollation
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) col
 CROSS JOIN LATERAL (
   SELECT string_agg(format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), E',\\n    '
                     ORDER BY position(k.contype::text IN 'puxc'), k.conname COLLATE "C") AS lines
     FROM pg_constraint k
    WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x', 'c') AND k.convalidated) con
 CROSS JOIN LATERAL (
   SELECT string_agg(o.name, ', ' ORDER BY o.name COLLATE "C") AS list
     FROM (SELECT unnest(c.reloptions) AS name
           UNION ALL SELECT 'toast.' || unnest(t.reloptions) FROM pg_class t WHERE t.oid = c.reltoastrelid) o) opt`;

const columnSettings = `
SELECT ${relationName}, c.relispartition::int || ' ' || ${relationName} || ' 2 ' || a.attname,
       format('ALTER TABLE %s ALTER COLUMN %I %s;', ${relationName}, a.attname, setting.text)
  FROM ${relations("'r', 'p', 'm'")}
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type y ON y.oid = a.atttypid
 CROSS JOIN LATERAL (VALUES
   (CASE WHEN a.attstorage <> y.typstorage
         THEN 'SET STORAGE ' || CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
                                                  WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END),
   (CASE WHEN a.attstattarget >= 0 THEN 'SET STATISTICS ' || a.attstattarget END),
   (CASE a.attcompression WHEN 'p' THEN 'SET COMPRESSION pglz' WHEN 'l' THEN 'SET COMPRESSION lz4' END),
   ('SET (' || array_to_string(a.attoptions, ', ') || ')')
 ) setting (text)
 WHERE setting.text IS NOT NULL`;

const ownedSequences = `
SELECT ${relationName}, c.relispartition::int || ' ' || ${relationName} || ' 3 ' || s.relname,
       format('ALTER SEQUENCE %s OWNED BY %s.%I;', ${qualified('sn.nspname', 's.relname')}, ${relationName}, a.attname)
  FROM ${relations("'r', 'p'")}
  JOIN pg_depend o ON o.refclassid = 'pg_class'::regclass AND o.refobjid = c.oid AND o.deptype = 'a'
                  AND o.classid = 'pg_class'::regclass
  JOIN pg_class s ON s.oid = o.objid AND s.relkind = 'S'
  JOIN pg_namespace sn ON sn.oid = s.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = o.refobjsubid`;

const indexes = (kinds: string) => `
SELECT ${relationName}, c.relispartition::int || ' ' || ${relationName} || ' 4 ' || x.relname,
       pg_get_indexdef(x.oid) || ';' || CASE WHEN i.indisvalid THEN '' ELSE ' -- INVALID' END
  FROM ${relations(kinds)}
  JOIN pg_index i ON i.indrelid = c.oid
  JOIN pg_class x ON x.oid = i.indexrelid AND NOT x.relispartition
 WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x'))`;

const statistics = `
SELECT ${relationName}, c.relispartition::int || ' ' || ${relationName} || ' 5 ' || s.stxname,
       pg_get_statisticsobjdef(s.oid) || ';'
  FROM ${relations("'r', 'p', 'm'")}
  JOIN pg_statistic_ext s ON s.stxrelid = c.oid`;

/** Tables, each followed by what belongs to it alone. */
export const tablesSql = sorted(
  [tables, columnSettings, ownedSequences, indexes("'r', 'p'"), statistics].join('\nUNION ALL'),
);

/** What refers to other tables, or cannot be said in CREATE TABLE. */
export const lateConstraintsSql = sorted(`
SELECT ${relationName} AS "relation", ${relationName} || ' ' || k.conname AS "sortKey",
       format('ALTER TABLE %s ADD CONSTRAINT %I %s;', ${relationName}, k.conname, pg_get_constraintdef(k.oid))
         AS "definition"
  FROM ${relations("'r', 'p'")}
  JOIN pg_constraint k ON k.conrelid = c.oid AND k.conparentid = 0
                      AND (k.contype = 'f' OR (k.contype = 'c' AND NOT k.convalidated))`);

export const functionsSql = sorted(`
SELECT NULL AS "relation",
       concat_ws(' ', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS "sortKey",
       rtrim(pg_get_functiondef(p.oid), E'\\n') || ';' AS "definition"
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace AND ${ownSchemas}
 WHERE p.prokind IN ('f', 'p', 'w') AND ${noMember('pg_proc', 'p.oid')}`);

export const viewsSql = sorted(`
SELECT ${relationName} AS "relation", '0 ' || ${relationName} || ' 1' AS "sortKey",
       format(E'CREATE %sVIEW %s%s AS\\n%s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED ' END, ${relationName},
              ' WITH (' || array_to_string(c.reloptions, ', ') || ')', pg_get_viewdef(c.oid)) AS "definition"
  FROM ${relations("'v', 'm'")}
UNION ALL ${indexes("'m'")}`);

export const triggersSql = sorted(`
SELECT ${relationName} AS "relation", ${relationName} || ' ' || g.tgname AS "sortKey",
       pg_get_triggerdef(g.oid) || ';'
         || CASE WHEN g.tgenabled = 'O' THEN ''
                 ELSE format(E'\\nALTER TABLE %s %s TRIGGER %I;', ${relationName},
                             CASE g.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
                                              ELSE 'ENABLE ALWAYS' END, g.tgname) END AS "definition"
  FROM ${relations("'r', 'p', 'v'")}
  JOIN pg_trigger g ON g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgparentid = 0`);

export const commentsSql = sorted(`
SELECT CASE WHEN d.classoid = 'pg_class'::regclass THEN ${relationName} END AS "relation",
       o.identity || ' ' || o.type AS "sortKey",
       format('COMMENT ON %s %s IS %L;',
              CASE WHEN o.type LIKE '%column' THEN 'COLUMN' WHEN o.type = 'table constraint' THEN 'CONSTRAINT'
                   ELSE upper(o.type) END, o.identity, d.description) AS "definition"
  FROM pg_description d
 CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) o
  LEFT JOIN pg_class c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid
  LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE d.classoid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_trigger'::regclass, 'pg_constraint'::regclass,
                      'pg_type'::regclass)
   AND d.objoid >= 16384
   AND NOT EXISTS (SELECT FROM pg_depend e
                    WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')`);
